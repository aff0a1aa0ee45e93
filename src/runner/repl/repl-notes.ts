import { Problem } from '../../contract/problem.ts';
import type { ReplAnnotation } from '../../contract/repl.ts';
import type { KeptAnnotation, KeptCheckpoint, KeptSnapshot, ReplReads } from '../../journal/repl-reads.ts';
import type { ReplFacts } from '../../session/repl.ts';
import type { Intent, Outcome, Runner } from '../runner.ts';
import { checkpointsOf } from './repl-journal.ts';
import { answering } from './repl-run.ts';
import type { Reply } from './repl-run.ts';

export interface NotesParts {
  runner: Runner;
  reads: ReplReads;
  newId: () => string;
  /** One change of a session at a time. */
  inTurn: <T>(session: string, change: () => Promise<T>) => Promise<T>;
  /** The session as it is, once nothing is open in it; throws where it takes no commands. */
  ready: (session: string) => Promise<ReplFacts>;
}

export const mostSnapshots = 1000;

/** What people say of a session's checkpoints, and the states that they keep under a name. Its code sees nothing of it. */
export class ReplNotes {
  readonly #parts: NotesParts;

  constructor(parts: NotesParts) {
    this.#parts = parts;
  }

  /** Says it of the checkpoint at `seq`, in the place of what was said of it. */
  async annotate(session: string, seq: number, said: ReplAnnotation, reply?: Reply): Promise<KeptAnnotation> {
    const { runner } = this.#parts;
    const { annotation } = await this.#checkpoint(session, seq);
    if (annotation && isSame(annotation, said)) return annotation;
    let created = annotation?.created ?? 0;
    const answer = (outcome: Outcome) => {
      created ||= outcome.at;
      return answering(session, reply)(outcome);
    };
    await runner.execute(session, [{ type: 'annotate_repl', seq, ...said }], answer, reply?.receipt);
    return { ...said, created };
  }

  /** Resolves to what was said. */
  async removeAnnotation(session: string, seq: number): Promise<KeptAnnotation> {
    const { annotation } = await this.#checkpoint(session, seq);
    if (annotation === undefined) throw new Problem('not_found', `the checkpoint at event ${seq} has no annotation`);
    await this.#parts.runner.execute(session, [{ type: 'remove_repl_annotation', seq }], () => done);
    return annotation;
  }

  /** The state as it is, under an id. */
  takeSnapshot(
    session: string,
    { description, tags }: Omit<ReplAnnotation, 'label'>,
    reply?: (made: Omit<KeptSnapshot, 'created'>) => Reply,
  ): Promise<KeptSnapshot> {
    return this.#parts.inTurn(session, async () => {
      const { runner, reads, newId } = this.#parts;
      const { nextSeq, image } = await this.#parts.ready(session);
      if ((await reads.snapshots(session)).length >= mostSnapshots)
        throw new Problem(
          'invalid_request',
          `the session has ${mostSnapshots} snapshots: delete one that is not needed`,
        );
      const snapshot = { id: newId(), seq: nextSeq - 1, image, description, tags };
      const given = reply?.(snapshot);
      let created = 0;
      const answer = (outcome: Outcome) => {
        created = outcome.at;
        return answering(session, given)(outcome);
      };
      await runner.execute(session, [{ type: 'take_repl_snapshot', snapshot }], answer, given?.receipt);
      return { ...snapshot, created };
    });
  }

  async snapshot(session: string, id: string): Promise<KeptSnapshot> {
    const found = (await this.#parts.reads.snapshots(session)).find((one) => one.id === id);
    if (found === undefined) throw new Problem('not_found', 'the session has no such snapshot');
    return found;
  }

  async removeSnapshot(session: string, id: string): Promise<void> {
    await this.snapshot(session, id);
    await this.#parts.runner.execute(session, [{ type: 'remove_repl_snapshot', snapshot: id }], () => done);
  }

  /** What a fork has of them that begins after an entry. Snapshots get ids of their own. */
  async upTo(session: string, seq: number): Promise<Intent[]> {
    const { reads, newId } = this.#parts;
    const checkpoints = await checkpointsOf(reads, session, { until: seq, isAnnotated: true });
    const snapshots = await reads.snapshots(session);
    return [
      ...checkpoints.toReversed().flatMap(annotating),
      ...snapshots
        .toReversed()
        .filter((snapshot) => snapshot.seq <= seq)
        .map((snapshot): Intent => ({ type: 'take_repl_snapshot', snapshot: { ...snapshot, id: newId() } })),
    ];
  }

  async #checkpoint(session: string, seq: number): Promise<KeptCheckpoint> {
    const found = await this.#parts.reads.checkpointAt(session, seq);
    return found?.seq === seq ? found : gone(seq);
  }
}

const done = { status: 200, body: '' };

const annotating = ({ seq, annotation }: KeptCheckpoint): Intent[] =>
  annotation === undefined ? [] : [{ type: 'annotate_repl', seq, ...annotation }];

const isSame = (one: ReplAnnotation, other: ReplAnnotation): boolean =>
  JSON.stringify([one.label, one.description, one.tags]) ===
  JSON.stringify([other.label, other.description, other.tags]);

const gone = (seq: number): never => {
  throw new Problem('not_found', `there is no checkpoint at event ${seq}: look at the list of checkpoints`);
};
