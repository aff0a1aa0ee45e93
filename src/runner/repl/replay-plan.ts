import type { ReplEntry } from '../../contract/repl.ts';

/**
 * What a journal says that happened: commands, one after another, each from a state to another one, and where the session went back.
 * Whether the journal is stint's own or of another program, states are known by the names that it gives them.
 */

type EntryOf<T extends ReplEntry['type']> = Extract<ReplEntry, { type: T }>;
export type InputEntry = EntryOf<'input'>;
export type RequestEntry = EntryOf<'llm_req'>;
export type ResponseEntry = EntryOf<'llm_resp'>;
export type CheckpointEntry = EntryOf<'checkpoint'>;

/** A state of the session. */
export interface PlannedState {
  /** As the journal names it; where it does not, nothing leads back there. */
  id: string | undefined;
  /** What came before it; undefined for the beginning. */
  from: PlannedState | undefined;
  /** During which command it was, or at its end; undefined for the same state as the one before, under a name of its own. */
  command: PlannedCommand | undefined;
}

/** What happened while a command waited, in order. */
export type Moment =
  | { do: 'ask'; requests: RequestEntry[]; state?: PlannedState }
  | { do: 'answer'; response: ResponseEntry; state?: PlannedState }
  | { do: 'checkpoint'; entry: CheckpointEntry; state: PlannedState }
  /** A checkpoint that nobody asked for. */
  | { do: 'pass'; state: PlannedState };

export interface PlannedCommand {
  input: InputEntry;
  from: PlannedState;
  /** The same as `from` where nothing of it was left: it was stopped. Undefined where it was left before its end. */
  to: PlannedState | undefined;
  moments: Moment[];
  /** What it printed and came to; undefined where that is not known. */
  said: string | undefined;
}

export type PlannedStep = PlannedCommand | PlannedState;

export interface Plan {
  start: PlannedState;
  /** Commands and names, in the order of the journal. */
  steps: readonly PlannedStep[];
  /** Of each checkpoint, by its `seq`. */
  stateAt: ReadonlyMap<number, PlannedState>;
  /** What the session is after all. */
  end: PlannedState;
  /** The numbers in the names of states can stay: they are stint's, each higher than those before it. */
  keepsNumbers: boolean;
  /** Answers, by the keys of their receipts. */
  receipts: ReadonlyMap<string, ResponseEntry>;
}

/** Something of a journal that can't be followed. `seq`: of the entry. */
export class ReplayError extends Error {
  readonly seq: number;

  constructor(seq: number, message: string) {
    super(message);
    this.name = 'ReplayError';
    this.seq = seq;
  }
}

export const isCommand = (step: PlannedStep): step is PlannedCommand => 'input' in step;

export const planOf = (entries: Iterable<ReplEntry>): Plan => {
  const planner = new Planner();
  for (const entry of entries) planner.take(entry);
  return planner.plan();
};

/** States that have to be made so that one is: it, and all that led to it. */
export const leadingTo = (state: PlannedState): Set<PlannedState> => {
  const needed = new Set<PlannedState>();
  for (let at: PlannedState | undefined = state; at !== undefined; at = at.from) needed.add(at);
  return needed;
};

/** Image numbers are whole and small enough to be counted from. */
const ownId = /^s(0|[1-9]\d{0,8})$/;

class Planner {
  readonly #start: PlannedState = { id: 's0', from: undefined, command: undefined };
  readonly #steps: PlannedStep[] = [];
  readonly #stateAt = new Map<number, PlannedState>();
  readonly #receipts = new Map<string, ResponseEntry>();
  readonly #byId = new Map<string, PlannedState>([['s0', this.#start]]);
  #now = this.#start;
  #open: PlannedCommand | undefined;
  #lastNumber = 0;
  #keepsNumbers = true;

  take(entry: ReplEntry): void {
    switch (entry.type) {
      case 'input':
        this.#close();
        this.#open = { input: entry, from: this.#now, to: undefined, moments: [], said: undefined };
        this.#steps.push(this.#open);
        break;
      case 'output':
        this.#say(entry.value);
        break;
      case 'error':
        this.#say(entry.message);
        break;
      case 'llm_req':
        this.#ask(entry);
        break;
      case 'llm_resp':
        this.#receipts.set(entry.receiptKey, entry);
        this.#open?.moments.push({ do: 'answer', response: entry });
        break;
      case 'checkpoint':
        this.#stateAt.set(entry.seq, this.#checkpoint(entry));
    }
  }

  plan(): Plan {
    this.#close();
    return {
      start: this.#start,
      steps: this.#steps,
      stateAt: this.#stateAt,
      end: this.#now,
      keepsNumbers: this.#keepsNumbers,
      receipts: this.#receipts,
    };
  }

  #say(text: string): void {
    if (this.#open) this.#open.said = (this.#open.said ?? '') + text;
  }

  #ask(entry: RequestEntry): void {
    if (this.#open === undefined) return;
    const last = this.#open.moments.at(-1);
    if (last?.do === 'ask') last.requests.push(entry);
    else this.#open.moments.push({ do: 'ask', requests: [entry] });
  }

  #checkpoint(entry: CheckpointEntry): PlannedState {
    const open = this.#open;
    if (open && entry.reason === 'command') return this.#close(entry.stateId);
    if (open && open.said === undefined && !leaves.has(entry.reason)) return this.#inside(open, entry);
    // What a fork has of a command was cut off at that place.
    if (open && entry.reason === 'fork' && this.#byId.has(entry.stateId)) open.said = undefined;
    this.#close();
    return (this.#now = this.#outside(entry));
  }

  #inside(command: PlannedCommand, entry: CheckpointEntry): PlannedState {
    const { moments } = command;
    const last = moments.at(-1);
    const before = lastStateIn(moments);
    const state = before?.id === entry.stateId ? before : this.#name(entry.stateId, command.from, command);
    if (entry.reason === 'manual') moments.push({ do: 'checkpoint', entry, state });
    else if (entry.reason !== 'llm_boundary') moments.push({ do: 'pass', state });
    else if (last?.do === 'answer' && last.state === undefined) last.state = state;
    else moments.push({ do: 'ask', requests: [], state });
    return state;
  }

  #outside({ seq, reason, stateId }: CheckpointEntry): PlannedState {
    const known = this.#byId.get(stateId);
    if (known) return known;
    if (reason === 'goto')
      throw new ReplayError(seq, `it goes to the state '${stateId.slice(0, 80)}', which no checkpoint before it has`);
    const state = this.#name(stateId, this.#now, undefined);
    this.#steps.push(state);
    return state;
  }

  #name(id: string, from: PlannedState, command: PlannedCommand | undefined): PlannedState {
    const number = ownId.test(id) ? Number(id.slice(1)) : 0;
    this.#keepsNumbers &&= number > this.#lastNumber;
    this.#lastNumber = number;
    const state = { id, from, command };
    this.#byId.set(id, state);
    return state;
  }

  /** The command that is under way has come to an end. `id`: what the journal names the state after it. */
  #close(id?: string): PlannedState {
    const command = this.#open;
    this.#open = undefined;
    if (command === undefined) return this.#now;
    const { from } = command;
    if (id !== undefined) command.to = id === from.id ? from : this.#name(id, from, command);
    else if (command.said !== undefined) command.to = { id: undefined, from, command };
    return (this.#now = command.to ?? from);
  }
}

/** Reasons of checkpoints at which a command that was under way is left. */
const leaves: ReadonlySet<string> = new Set(['goto', 'fork']);

const lastStateIn = (moments: readonly Moment[]): PlannedState | undefined =>
  moments.findLast(({ state }) => state !== undefined)?.state;
