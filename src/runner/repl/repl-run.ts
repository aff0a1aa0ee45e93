import type { TokenParts } from '../../contract/event.ts';
import { stateIdOf } from '../../contract/repl.ts';
import type { CheckpointReason, ReplEntry } from '../../contract/repl.ts';
import type { ReplImage } from '../../journal/repl-images.ts';
import type { ReplFacts } from '../../session/repl.ts';
import type { Answer, Intent, Outcome, ReceiptStub, Runner } from '../runner.ts';

/** What a model used for one answer. */
export interface AnswerUsage extends TokenParts {
  model: string;
  reasoning?: number;
}

type Unnumbered = ReplEntry extends infer E ? (E extends ReplEntry ? Omit<E, 'seq'> : never) : never;

interface Ending {
  tookMs: number;
  memory: number;
}

/** How a request is answered, and under which key the answer is kept with what it rests on. */
export interface Reply {
  answer: (session: string, outcome: Outcome) => Answer;
  receipt?: ReceiptStub | undefined;
}

/**
 * What one command, or one change of its session, adds to the session's journal: entries and images are gathered, and committed
 * together. Nobody else adds to the session meanwhile.
 */
export class ReplRun {
  readonly #runner: Runner;
  readonly #session: string;
  readonly #engine: string;
  #nextSeq: number;
  #nextImage: number;
  #image: number;
  /** The last image that is committed, of those that lead to the one that the session is now. */
  #committed: number;
  #entries: ReplEntry[] = [];
  #images: ReplImage[] = [];
  #also: Intent[] = [];

  /** `engine`: the id of the engine that the session's images are of. */
  constructor(runner: Runner, session: string, facts: ReplFacts, engine: string) {
    this.#runner = runner;
    this.#session = session;
    this.#engine = engine;
    this.#nextSeq = facts.nextSeq;
    this.#nextImage = facts.nextImage;
    this.#image = facts.image;
    this.#committed = facts.image;
  }

  /** How the session's memory comes about now: from a committed image on, by frames that are not committed, oldest first. */
  get memory(): { image: number; frames: readonly Uint8Array[] } {
    return { image: this.#committed, frames: this.#images.map(({ frame }) => frame) };
  }

  /** Returns its `seq`. */
  add(entry: Unnumbered): number {
    const seq = this.#nextSeq++;
    this.#entries.push({ ...entry, seq });
    return seq;
  }

  /** The session's memory changed so. `isApart`: the frame is the difference from the engine's memory, not from the image before. */
  changed(frame: Uint8Array, isApart = false): void {
    const n = this.#nextImage++;
    this.#images.push({ n, engine: this.#engine, frame, ...(!isApart && { base: this.#image }) });
    this.#image = n;
  }

  checkpoint(reason: CheckpointReason, timestamp: number, label?: string): { seq: number; stateId: string } {
    const stateId = stateIdOf(this.#image);
    const seq = this.add({ type: 'checkpoint', reason, stateId, timestamp, ...(label !== undefined && { label }) });
    return { seq, stateId };
  }

  /** What commits with the entries, after them. */
  also(intent: Intent): void {
    this.#also.push(intent);
  }

  /** The session is what it was at that image. Images that are not committed are of no use then. */
  goTo(image: number): void {
    this.#nextImage -= this.#images.length;
    this.#images = [];
    this.#image = image;
    this.#committed = image;
  }

  /** Resolves when all that was gathered is durable. */
  async commit(used: readonly AnswerUsage[] = [], ending?: Ending, reply?: Reply): Promise<void> {
    const [entries, images] = [this.#entries, this.#images];
    const imageBytes = images.reduce((sum, { frame }) => sum + frame.length, 0);
    const recorded: Intent = { type: 'record_repl', entries, images: images.length, imageBytes, ...ending };
    const intents = [recorded, ...this.#also, ...used.map(tokensOf)];
    const answer = answering(this.#session, reply);
    await this.#runner.execute(this.#session, intents, answer, reply?.receipt, { images });
    [this.#entries, this.#images, this.#also] = [[], [], []];
    this.#committed = this.#image;
  }
}

const done = { status: 200, body: '' };

/** The answer of what commits, for who asked; of no interest where nobody did. */
export const answering =
  (session: string, reply: Reply | undefined) =>
  (outcome: Outcome): Answer =>
    reply?.answer(session, outcome) ?? done;

const tokensOf = ({ model, reasoning, ...parts }: AnswerUsage): Intent => ({
  type: 'record_tokens',
  source: 'api',
  operation: 'llm',
  tokensUsed: (parts.input ?? 0) + (parts.output ?? 0) + (parts.cacheWrite5m ?? 0) + (parts.cacheWrite1h ?? 0),
  model,
  ...parts,
  ...(reasoning !== undefined && { reasoning }),
});
