import { invalid, Problem } from '../../contract/problem.ts';
import { stateIdOf } from '../../contract/repl.ts';
import type { ReplEntry, ReplSpec } from '../../contract/repl.ts';
import type { Chain, Engine } from '../../drivers/repl/protocol.ts';
import type { ReplDriver } from '../../drivers/repl/repl-driver.ts';
import type { ReplFacts } from '../../session/repl.ts';
import type { Clock } from '../clock.ts';
import type { Intent, Runner } from '../runner.ts';
import type { Models } from './model-calls.ts';
import { entriesOf, inEvents } from './repl-journal.ts';
import type { ReplJournal } from './repl-journal.ts';
import { answering, ReplRun } from './repl-run.ts';
import type { Reply } from './repl-run.ts';
import { Replay } from './replay.ts';
import { leadingTo, planOf, ReplayError } from './replay-plan.ts';
import type { Plan, PlannedState } from './replay-plan.ts';

export interface ReplaysParts {
  runner: Runner;
  journal: ReplJournal;
  driver: ReplDriver;
  models: Models;
  clock: Clock;
  newId: () => string;
  /** Hears of sessions whose images were of another engine. */
  onRenewed?: ((told: { session: string; commands: number; differing: readonly number[] }) => void) | undefined;
}

/** A session of what another journal says, with the intent that begins it. */
export interface ImportedRepl extends ReplSpec {
  start: Intent;
  /** Its states are named as they were there. `seq` from 0 without gaps. */
  entries: readonly ReplEntry[];
}

/** What came of an import. */
export interface Imported {
  /** Commands that were run again. */
  commands: number;
  /** `seq` of the inputs whose commands printed or came to something else than the journal says. */
  differing: readonly number[];
}

/** All that an import may take. */
const longestMs = 10 * 60_000;
const mostImageBytes = 512 << 20;

/** Sessions that are made of what a journal says: of another server's, or of one's own under another engine. */
export class Replays {
  readonly #parts: ReplaysParts;
  readonly #running = new Map<string, Replay>();
  #isStopping = false;

  constructor(parts: ReplaysParts) {
    this.#parts = parts;
  }

  /** None goes on to its next command. */
  stop(): void {
    this.#isStopping = true;
  }

  /** How the sandbox of a replay comes about; undefined where it is none. */
  chainOf(sandbox: string): Chain | undefined {
    return this.#running.get(sandbox)?.chain();
  }

  /**
   * Runs the journal's commands again, and then makes the session in one commit: until then nothing is there. Throws a
   * {@link ReplayError} where the journal can't be followed.
   */
  async import(
    session: string,
    { start, entries, ...spec }: ImportedRepl,
    engine: Engine,
    reply?: (imported: Imported) => Reply,
  ): Promise<Imported> {
    const plan = planOf(entries);
    return this.#replay(spec, plan, engine, undefined, async (replay) => {
      const imported = { commands: replay.commands, differing: replay.differing };
      const images = replay.images();
      const total = {
        images: images.reduce((most, { n }) => Math.max(most, n), 0),
        imageBytes: images.reduce((sum, { frame }) => sum + frame.length, 0),
        tookMs: tookMsOf(entries),
        memory: replay.memory,
      };
      const records = inEvents(entries.map((entry) => asMade(entry, plan, replay))).map((some, i): Intent => {
        const of = i === 0 ? total : { images: 0, imageBytes: 0 };
        return { type: 'record_repl', entries: some, ...of };
      });
      const told = reply?.(imported);
      const answer = answering(session, told);
      await this.#parts.runner.execute(session, [start, ...records], answer, told?.receipt, { images });
      return imported;
    });
  }

  /** The session's images are of another engine: it has one of the present engine then. */
  async renew(session: string, facts: ReplFacts, engine: Engine): Promise<void> {
    const { runner, journal, clock, onRenewed } = this.#parts;
    const plan = planOf(await entriesOf(journal, session));
    await this.#replay(facts, plan, engine, leadingTo(plan.end), async (replay) => {
      const run = new ReplRun(runner, session, facts, engine.id);
      run.changed(await replay.whole(plan.end), true);
      run.checkpoint('periodic', clock.now(), `replayed under engine ${engine.binary.slice(0, 12)}`);
      await run.commit();
      onRenewed?.({ session, commands: replay.commands, differing: replay.differing });
    }).catch((error: unknown) => {
      if (!(error instanceof ReplayError)) throw error;
      const message = `the session’s images are of another version of the engine, and event ${error.seq} can’t be run again: ${error.message}`;
      throw new Problem('journal_damaged', message, { cause: error });
    });
  }

  async #replay<T>(
    { language, llm }: Pick<ReplSpec, 'language' | 'llm'>,
    plan: Plan,
    engine: Engine,
    wanted: ReadonlySet<PlannedState> | undefined,
    use: (replay: Replay) => Promise<T>,
  ): Promise<T> {
    const { driver, models, clock, newId } = this.#parts;
    const sandbox = newId();
    const until = clock.now() + longestMs;
    const goingOn = (): void => {
      if (this.#isStopping) throw new Problem('server_stopping', 'the server is stopping; try again in a moment');
      if (clock.now() > until)
        throw invalid([
          { path: '', message: `its commands take longer than ${longestMs / 60_000} minutes to run again` },
        ]);
      if (replay.bytes > mostImageBytes)
        throw new Problem('payload_too_large', `its states are larger than ${mostImageBytes >> 20} MiB together`);
    };
    const replay = new Replay({
      driver,
      models,
      engine,
      sandbox,
      language,
      model: llm,
      plan,
      goingOn,
      ...(wanted && { wanted }),
    });
    this.#running.set(sandbox, replay);
    try {
      await replay.run();
      return await use(replay);
    } finally {
      await driver.stop(sandbox).catch(() => undefined);
      this.#running.delete(sandbox);
    }
  }
}

/** With the names that its states have here, and what was found out of its requests. */
const asMade = (entry: ReplEntry, plan: Plan, replay: Replay): ReplEntry => {
  if (entry.type === 'checkpoint') {
    const state = plan.stateAt.get(entry.seq);
    return state ? { ...entry, stateId: stateIdOf(replay.imageOf(state)) } : entry;
  }
  const found = entry.type === 'llm_req' ? replay.requests.get(entry) : undefined;
  if (entry.type !== 'llm_req' || found === undefined) return entry;
  return { ...entry, request: entry.request || found.request, of: entry.of || found.of };
};

/** From each input to what came of it. */
const tookMsOf = (entries: readonly ReplEntry[]): number => {
  let sum = 0;
  let begun: number | undefined;
  for (const { type, timestamp } of entries) {
    if (type === 'input') begun = timestamp;
    else if ((type === 'output' || type === 'error') && begun !== undefined) {
      sum += Math.max(0, timestamp - begun);
      begun = undefined;
    }
  }
  return sum;
};
