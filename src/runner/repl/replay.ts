import type { ReplLanguage, ReplModel } from '../../contract/repl.ts';
import { stateIdOf } from '../../contract/repl.ts';
import type { Chain, Engine } from '../../drivers/repl/protocol.ts';
import type { ReplDriver } from '../../drivers/repl/repl-driver.ts';
import type { ReplImage } from '../../journal/repl-images.ts';
import type { Models } from './model-calls.ts';
import { longestChain } from './repl-chains.ts';
import { ReplayCommand } from './replay-command.ts';
import type { EarlierAnswer, ReplayedWorld } from './replay-command.ts';
import { isCommand } from './replay-plan.ts';
import type { Plan, PlannedCommand, PlannedState, PlannedStep, RequestEntry, ResponseEntry } from './replay-plan.ts';

export interface ReplayParts {
  driver: ReplDriver;
  models: Pick<Models, 'canonical'>;
  /** The present one. */
  engine: Engine;
  /** What the sandbox is called meanwhile; {@link Replay.chain} is how it comes about. */
  sandbox: string;
  language: ReplLanguage;
  model: ReplModel | undefined;
  plan: Plan;
  /** States that are to be made; all of them when absent. */
  wanted?: ReadonlySet<PlannedState>;
  /** Told of each command before it is run. Throws where there is to be no more. */
  goingOn?: () => void;
}

interface Made {
  /** Of its image; absent until that is known. */
  number: number | undefined;
  frame: Uint8Array;
  /** Which one the frame is the difference from; undefined for the engine's memory. */
  base: Made | undefined;
  /** The one before it in time. */
  before: Made | undefined;
  /** How many lead to it from the engine's memory. */
  depth: number;
  /** Answers that were given here. */
  answers: EarlierAnswer[];
}

const nothingChanged = new Uint8Array();

/**
 * Runs the commands of a journal again: each with its own clock and seed, on the state that it was run on, and with the answers that it
 * had. So the same engine makes the same states, and another one makes states of its own for the same history.
 *
 *  Y1  No model is called: an answer comes from its receipt, and where there is none that is an error that names it.
 *  Y2  What a command prints and comes to may be another than it was; that is told, and the replay goes on.
 *  Y3  A command that had been stopped left nothing, so it is run as far as the session went back into it, and no further.
 */
export class Replay {
  readonly #parts: ReplayParts;
  readonly #start: Made = {
    number: 0,
    frame: nothingChanged,
    base: undefined,
    before: undefined,
    depth: 1,
    answers: [],
  };
  readonly #all: Made[] = [this.#start];
  readonly #madeOf = new Map<PlannedState, Made>();
  readonly #occurrences = new Map<string, number>();
  /** What the sandbox is; undefined where that is not known. */
  #at: Made | undefined = this.#start;
  #lastNumber: number;
  /** Bytes of the engine's memory at its largest. */
  memory = 0;
  commands = 0;
  /** Of the images so far. */
  bytes = 0;
  /** `seq` of the inputs whose commands printed or came to something else. */
  readonly differing: number[] = [];
  /** What requests of the journal are, where that was found out. */
  readonly requests = new Map<RequestEntry, { request: number; of: string }>();

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    const { plan } = parts;
    this.#madeOf.set(plan.start, this.#start);
    const numbers = plan.keepsNumbers ? plan.steps.flatMap((step) => statesIn(step).map(numberOf)) : [];
    this.#lastNumber = numbers.reduce((a, b) => Math.max(a, b), 0);
  }

  /** Of all states that were made. */
  images(): ReplImage[] {
    const engine = this.#parts.engine.id;
    return this.#all.map((made) => ({
      n: this.#numberOf(made),
      engine,
      frame: made.frame,
      ...(made.base && { base: this.#numberOf(made.base) }),
    }));
  }

  /** How it comes about what the sandbox is. */
  chain(): Chain {
    const frames: Uint8Array[] = [];
    for (let at = this.#at; at !== undefined; at = at.base) frames.unshift(at.frame);
    return { engine: this.#parts.engine, frames };
  }

  /** The number of its image. */
  imageOf(state: PlannedState): number {
    return this.#numberOf(this.#made(state));
  }

  async run(): Promise<void> {
    const { plan, goingOn } = this.#parts;
    for (const step of plan.steps) {
      goingOn?.();
      if (isCommand(step)) await this.#command(step);
      else if (this.#isWanted(step) && step.from) this.#bind(step, this.#made(step.from));
    }
  }

  /** Resolves to all that the sandbox is in that state, as the difference from the engine's memory. */
  async whole(state: PlannedState): Promise<Uint8Array> {
    const { driver, sandbox } = this.#parts;
    await this.#goTo(this.#made(state));
    const { image } = await driver.ask(sandbox, { ask: 'image' });
    return image ?? nothingChanged;
  }

  #isWanted(state: PlannedState): boolean {
    return this.#parts.wanted?.has(state) ?? true;
  }

  #made(state: PlannedState): Made {
    const made = this.#madeOf.get(state);
    if (made === undefined) throw new Error(`the state ${state.id ?? 'without a name'} was not made`);
    return made;
  }

  #numberOf(made: Made): number {
    return (made.number ??= ++this.#lastNumber);
  }

  async #command(command: PlannedCommand): Promise<void> {
    const { from, to } = command;
    const wanted = new Set(statesIn(command).filter((state) => this.#isWanted(state)));
    const isToEnd = to !== undefined && wanted.has(to);
    // Y3
    if (wanted.size === 0) return;
    const before = this.#made(from);
    await this.#goTo(before);
    const player = await this.#play(command, wanted, isToEnd);
    if (player.isStopped) this.#at = undefined;
    this.commands += 1;
    this.memory = Math.max(this.memory, player.size);
    if (isToEnd && command.said !== undefined && player.said !== command.said) this.differing.push(command.input.seq);
    // Y2: what it did not come to.
    for (const state of wanted) if (!this.#madeOf.has(state)) this.#bind(state, before);
  }

  async #play(command: PlannedCommand, wanted: ReadonlySet<PlannedState>, isToEnd: boolean): Promise<ReplayCommand> {
    const { driver, sandbox, language, plan } = this.#parts;
    const player = new ReplayCommand({
      command,
      wanted,
      isToEnd,
      isOwn: plan.keepsNumbers,
      world: this.#world(),
      stop: () => driver.interrupt(sandbox),
    });
    const { code, clock: at, seed } = command.input;
    const isApart = (this.#at?.depth ?? 0) >= longestChain;
    await driver.send(sandbox, { code, language, at, seed, isApart }, player);
    return player;
  }

  #world(): ReplayedWorld {
    const { models, model, plan } = this.#parts;
    return {
      models,
      model,
      occurrences: this.#occurrences,
      receipts: plan.receipts,
      earlier: (request, prompt) => this.#earlier(request, prompt),
      changed: (frame, isApart) => this.#changed(frame, isApart),
      bind: (state) => this.#bind(state, this.#at),
      answered: (answer) => void this.#at?.answers.push(answer),
      identify: (entry, as) => void this.requests.set(entry, as),
      told: (seq, state) => ({ seq, stateId: stateIdOf(this.imageOf(state)) }),
    };
  }

  #earlier(request: number, prompt: string): ResponseEntry | undefined {
    for (let at = this.#at; at !== undefined; at = at.before) {
      const found = at.answers.findLast((answer) => answer.request === request && answer.prompt === prompt);
      if (found) return found.response;
    }
    return undefined;
  }

  #changed(frame: Uint8Array, isApart: boolean): void {
    this.#at = this.#add(frame, isApart ? undefined : this.#at, this.#at);
  }

  #add(frame: Uint8Array, base: Made | undefined, before: Made | undefined): Made {
    const number = this.#parts.plan.keepsNumbers ? undefined : ++this.#lastNumber;
    const made = { number, frame, base, before, depth: (base?.depth ?? 0) + 1, answers: [] };
    this.#all.push(made);
    this.bytes += frame.length;
    return made;
  }

  /** Numbers of the journal stay; so a state that turned out to be another's has an image of its own. */
  #bind(state: PlannedState, made: Made | undefined): void {
    if (made === undefined) return;
    const own = this.#parts.plan.keepsNumbers ? numberOf(state) : 0;
    if (own > 0 && made.number !== undefined && made.number !== own) {
      const same = this.#add(nothingChanged, made, made);
      same.number = own;
      this.#madeOf.set(state, same);
      return;
    }
    if (own > 0) made.number = own;
    this.#madeOf.set(state, made);
  }

  async #goTo(made: Made): Promise<void> {
    if (this.#at === made) return;
    await this.#parts.driver.pause(this.#parts.sandbox);
    this.#at = made;
  }
}

/** Those that it leads to, its end among them. */
const statesIn = (step: PlannedStep): PlannedState[] => {
  if (!isCommand(step)) return [step];
  const states = new Set(step.moments.flatMap(({ state }) => state ?? []));
  if (step.to !== undefined && step.to !== step.from) states.add(step.to);
  return [...states];
};

const numberOf = ({ id }: PlannedState): number => (id === undefined ? 0 : Number(id.slice(1)));
