import { createHash } from 'node:crypto';
import type { Ended, Next, Waiting } from '../../drivers/repl/protocol.ts';
import type { Sending } from '../../drivers/repl/repl-driver.ts';
import type { ReplModel } from '../../contract/repl.ts';
import { GuestClock } from './guest-clock.ts';
import type { Models } from './model-calls.ts';
import { waitsPerCommit } from './repl-command.ts';
import { ReplayError } from './replay-plan.ts';
import type { Moment, PlannedCommand, PlannedState, RequestEntry, ResponseEntry } from './replay-plan.ts';

/** What a replay knows beyond the command that it runs. */
export interface ReplayedWorld {
  models: Pick<Models, 'canonical'>;
  model: ReplModel | undefined;
  /** How often a model was asked the very same so far, by the hash of that. */
  occurrences: Map<string, number>;
  receipts: ReadonlyMap<string, ResponseEntry>;
  /** What was answered to a request of an earlier command, on the way to the state that the session is now. */
  earlier: (request: number, prompt: string) => ResponseEntry | undefined;
  changed: (frame: Uint8Array, isApart: boolean) => void;
  /** The sandbox is in a state of the journal. */
  bind: (state: PlannedState) => void;
  /** An answer is given to the sandbox as it is. */
  answered: (answer: EarlierAnswer) => void;
  /** What a request of the journal is, as far as the journal does not say. */
  identify: (entry: RequestEntry, as: { request: number; of: string }) => void;
  /** What code is told of a checkpoint that it asked for. */
  told: (seq: number, state: PlannedState) => { seq: number; stateId: string };
}

export interface EarlierAnswer {
  request: number;
  prompt: string;
  response: ResponseEntry;
}

export interface ReplayedCommand {
  command: PlannedCommand;
  /** States within it that have to be made; where all are, and its end is of no interest, it is not run any further. */
  wanted: ReadonlySet<PlannedState>;
  isToEnd: boolean;
  /** The journal is stint's own. */
  isOwn: boolean;
  world: ReplayedWorld;
  /** Stops it. */
  stop: () => void;
}

type Request = Waiting['requests'][number];

interface Pending {
  id: number;
  prompt: string;
  /** Of the journal; absent where it has none. */
  entry?: RequestEntry;
}

interface Known {
  id: number;
  isAnswer: boolean;
  text: string;
}

/**
 * One command while it is run again: it is answered what the journal says that it was answered, in the same order, and no model is called.
 */
export class ReplayCommand implements Sending {
  readonly #given: ReplayedCommand;
  readonly #clock: GuestClock;
  readonly #moments: Moment[];
  readonly #wanted: Set<PlannedState>;
  readonly #pending = new Map<number, Pending>();
  readonly #known: Known[] = [];
  readonly #unmatched: Set<RequestEntry>;
  #waits = 0;
  #printed = '';
  /** What it printed and came to; absent where it was left. */
  said: string | undefined;
  isStopped = false;
  /** Bytes of the engine's memory. */
  size = 0;

  constructor(given: ReplayedCommand) {
    const { command, wanted } = given;
    this.#given = given;
    this.#clock = new GuestClock(command.input.clock);
    this.#moments = [...command.moments];
    this.#wanted = new Set([...wanted].filter((state) => state.command === command && state !== command.to));
    this.#unmatched = new Set(command.moments.flatMap((moment) => (moment.do === 'ask' ? moment.requests : [])));
  }

  printed(text: string): void {
    this.#printed += text;
  }

  async waiting({ requests, due, frame }: Waiting): Promise<Next> {
    this.#given.world.changed(frame, false);
    this.#waits += 1;
    this.#pass();
    const checkpoint = requests.find(({ op }) => op === 'checkpoint');
    const next = checkpoint ? this.#checkpoint(checkpoint) : this.#go(requests, due);
    if (this.#isEnough()) this.#given.stop();
    return next;
  }

  async ended(ended: Ended): Promise<void> {
    this.isStopped = ended.as === 'stopped';
    this.size = ended.size;
    if (this.isStopped) return;
    this.said = this.#printed + ended.text;
    this.#given.world.changed(ended.frame, ended.isApart);
    this.#bindRest();
  }

  /** What the journal has of states that it did not come to: the last one that it did. */
  #bindRest(): void {
    for (const { state } of this.#moments) if (state) this.#bind(state);
    const { to } = this.#given.command;
    if (to) this.#bind(to);
  }

  #bind(state: PlannedState): void {
    this.#wanted.delete(state);
    this.#given.world.bind(state);
  }

  #isEnough(): boolean {
    return !this.#given.isToEnd && this.#wanted.size === 0;
  }

  /** Checkpoints that are made now and then. */
  #pass(): void {
    for (let next = this.#moments[0]; next?.do === 'pass'; next = this.#moments[0]) {
      if (this.#given.isOwn && this.#waits % waitsPerCommit !== 0) return;
      this.#bind(next.state);
      this.#moments.shift();
    }
  }

  #checkpoint({ id }: Request): Next {
    const at = this.#moments.findIndex((moment) => moment.do === 'checkpoint');
    const moment = this.#moments[at];
    if (moment?.do !== 'checkpoint') {
      const told = { seq: this.#given.command.input.seq, stateId: '' };
      return { do: 'answer', id, isAnswer: true, json: JSON.stringify(told), at: this.#clock.now };
    }
    this.#moments.splice(at, 1);
    this.#bind(moment.state);
    const told = this.#given.world.told(moment.entry.seq, moment.state);
    const now = this.#clock.answered(moment.entry.timestamp);
    return { do: 'answer', id, isAnswer: true, json: JSON.stringify(told), at: now };
  }

  #go(requests: Waiting['requests'], due: number | undefined): Next {
    const known = new Set(this.#known.map(({ id }) => id));
    for (const request of requests) if (!this.#pending.has(request.id) && !known.has(request.id)) this.#take(request);
    const next = this.#moments[0];
    if (next?.do === 'ask' && next.requests.every((entry) => !this.#unmatched.has(entry))) {
      if (next.state) this.#bind(next.state);
      this.#moments.shift();
    }
    const ready = this.#known.shift();
    if (ready) return this.#answer(ready, this.#clock.now);
    return this.#answerNext(due) ?? this.#wake(due);
  }

  /** A request that is seen for the first time. */
  #take({ id, arguments: args, isOld }: Request): void {
    const { world, command, isToEnd } = this.#given;
    const asked = JSON.parse(args) as { prompt: string };
    const { prompt } = asked;
    const earlier = isOld ? world.earlier(id, prompt) : undefined;
    const entry = this.#entryFor(id, prompt, earlier !== undefined);
    if (entry) {
      this.#unmatched.delete(entry);
      const of = this.#hashOf(asked);
      world.identify(entry, { request: id, of: of ?? '' });
      if (of !== undefined) this.#count(of);
      this.#pending.set(id, { id, prompt, entry });
      return;
    }
    if (earlier) return void this.#known.push(knownOf(id, earlier));
    let text: string;
    try {
      ({ text } = world.models.canonical(world.model, asked));
    } catch (error) {
      // As it was refused then.
      return void this.#known.push({
        id,
        isAnswer: false,
        text: error instanceof Error ? error.message : String(error),
      });
    }
    const receiptKey = sha256(`${text}\n${this.#count(sha256(text))}`);
    const response = world.receipts.get(receiptKey);
    // What the journal has of a command that was left may end before its request.
    if (response === undefined && !isToEnd) return void this.#pending.set(id, { id, prompt });
    if (response === undefined) throw missing(command, receiptKey, prompt);
    this.#known.push(knownOf(id, response));
  }

  /** The first that nobody made yet, of those in the journal. */
  #entryFor(id: number, prompt: string, isAnswered: boolean): RequestEntry | undefined {
    const fitting = [...this.#unmatched].filter((entry) => isPromptOf(entry, prompt));
    return fitting.find(({ request }) => request === id) ?? (isAnswered ? undefined : fitting[0]);
  }

  #hashOf(asked: unknown): string | undefined {
    const { models, model } = this.#given.world;
    try {
      return sha256(models.canonical(model, asked).text);
    } catch {
      // The journal has it all the same.
      return undefined;
    }
  }

  #count(of: string): number {
    const { occurrences } = this.#given.world;
    const occurrence = occurrences.get(of) ?? 0;
    occurrences.set(of, occurrence + 1);
    return occurrence;
  }

  /** The next answer of the journal, where it came before the timer. */
  #answerNext(due: number | undefined): Next | undefined {
    for (let next = this.#moments[0]; next?.do === 'answer'; next = this.#moments[0]) {
      const { response, state } = next;
      const pending = this.#waitingFor(response.receiptKey);
      if (pending && due !== undefined && response.clock > this.#clock.wakeAt(due)) return undefined;
      this.#moments.shift();
      if (state) this.#bind(state);
      if (pending === undefined) continue;
      this.#pending.delete(pending.id);
      const { id: request, prompt } = pending;
      this.#given.world.answered({ request, prompt, response });
      return this.#answer(knownOf(request, response), this.#clock.answered(response.clock, due));
    }
    return undefined;
  }

  #waitingFor(receiptKey: string): Pending | undefined {
    return [...this.#pending.values()].find(({ entry }) => entry?.receiptKey === receiptKey);
  }

  #answer({ id, isAnswer, text }: Known, at: number): Next {
    return { do: 'answer', id, isAnswer, json: JSON.stringify(text), at };
  }

  #wake(due: number | undefined): Next {
    if (due !== undefined) return { do: 'wake', at: this.#clock.woken(due) };
    const [pending] = this.#pending.values();
    // What is stopped waits for nothing.
    if (pending === undefined || !this.#given.isToEnd) {
      this.#given.stop();
      return { do: 'wake', at: this.#clock.now };
    }
    throw missing(this.#given.command, pending.entry?.receiptKey ?? '', pending.prompt);
  }
}

/** What an older journal has of a prompt. */
const previewLength = 200;

const isPromptOf = ({ prompt }: RequestEntry, asked: string): boolean =>
  prompt === asked || (prompt.length === previewLength && asked.startsWith(prompt));

const knownOf = (id: number, { response, isError }: ResponseEntry): Known => ({
  id,
  isAnswer: isError !== true,
  text: response,
});

const missing = ({ input }: PlannedCommand, receiptKey: string, prompt: string): ReplayError => {
  const asked = prompt.length > 60 ? `${prompt.slice(0, 60)}…` : prompt;
  return new ReplayError(
    input.seq,
    `its command asks a model “${asked}”, and there is no llm_resp with the receiptKey ${receiptKey}`,
  );
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
