import { createHash } from 'node:crypto';
import { setTimeout as passing } from 'node:timers/promises';
import type { Ended, Next, Waiting } from '../../drivers/repl/protocol.ts';
import type { Sending } from '../../drivers/repl/repl-driver.ts';
import type { ReplModel } from '../../contract/repl.ts';
import type { Clock } from '../clock.ts';
import { GuestClock } from './guest-clock.ts';
import type { Models } from './model-calls.ts';
import type { Came } from './repl-live.ts';
import type { AnswerUsage, ReplRun, Reply } from './repl-run.ts';

export interface CommandParts {
  run: ReplRun;
  clock: Clock;
  models: Models;
  model: ReplModel | undefined;
  /** How often a model was asked the very same in this session. */
  occurrences: () => Promise<Map<string, number>>;
  /** Of a request that an earlier command made, by its number and the hash of what it asks. */
  receiptOf: (request: number, of: string) => Promise<Receipt | undefined>;
  /** How whoever sent it is answered, with its output. */
  reply?: ((output: string, came: Came) => Reply) | undefined;
  /** Of its input. */
  seq: number;
  /** Hears what it prints, as it comes. */
  heard: (text: string) => void;
  /** Stops it. */
  stop: () => void;
  cpuMs: number;
  /** The image of what was before the command. */
  before: number;
  beganAt: number;
}

export interface Receipt {
  isAnswer: boolean;
  text: string;
}

interface Settled extends Receipt {
  id: number;
  /** Of a call that was made now; absent where the answer is known already. */
  receiptKey?: string;
  used?: AnswerUsage;
}

/**
 * One command while it runs: what it prints, what it asks of models and waits for, what it came to.
 *
 *  C1  A request is durable before the model is called, and its answer before the code has it.
 *  C2  What was asked by a command that had been left is answered from its receipt, where there is one.
 *  C3  A command that was stopped leaves the state that was before it, and says so in the journal.
 */
export class ReplCommand implements Sending {
  readonly #parts: CommandParts;
  readonly #stopping = new AbortController();
  readonly #underWay = new Map<number, Promise<Settled>>();
  /** What is known without waiting: before all else. */
  readonly #known: Settled[] = [];
  readonly #now: GuestClock;
  #printed = '';
  #waits = 0;
  #isOverdue = false;
  /** What its caller is answered. */
  output = '';
  /** How it ended; absent before that. */
  as: Ended['as'] | undefined;

  constructor(parts: CommandParts) {
    this.#parts = parts;
    this.#now = new GuestClock(parts.beganAt);
  }

  /** What it waits for is not waited for. */
  stop(): void {
    this.#stopping.abort();
  }

  printed(text: string): void {
    this.#printed += text;
    this.#parts.heard(text);
  }

  async waiting({ requests, due, frame }: Waiting): Promise<Next> {
    const { run, clock, beganAt } = this.#parts;
    run.changed(frame);
    if (++this.#waits % waitsPerCommit === 0) {
      run.checkpoint('periodic', clock.now());
      await run.commit();
    }
    if (clock.now() - beganAt > longestMs) {
      this.#isOverdue = true;
      this.#parts.stop();
    }
    const checkpoint = requests.find(({ op }) => op === 'checkpoint');
    if (checkpoint) return this.#checkpoint(checkpoint.id, checkpoint.arguments);
    const known = new Set(this.#known.map(({ id }) => id));
    await this.#ask(requests.filter(({ id }) => !this.#underWay.has(id) && !known.has(id)));
    const settled = this.#known.shift() ?? (await this.#first(due));
    if (settled === undefined) return { do: 'wake', at: due === undefined ? this.#now.now : this.#now.woken(due) };
    return this.#answered(settled, due);
  }

  async ended(ended: Ended): Promise<void> {
    const { run, clock, beganAt } = this.#parts;
    const timestamp = clock.now();
    if (ended.as === 'stopped') this.#stopped(ended, timestamp);
    else {
      this.output = this.#printed + ended.text;
      if (ended.as === 'value') run.add({ type: 'output', value: this.output, timestamp });
      else this.#failed(ended.text, timestamp);
      run.changed(ended.frame, ended.isApart);
    }
    run.checkpoint('command', timestamp);
    const { reply, seq } = this.#parts;
    const came: Came = { as: ended.as, seq, printed: this.#printed.length };
    await run.commit([], { tookMs: timestamp - beganAt, memory: ended.size }, reply?.(this.output, came));
    this.as = ended.as;
  }

  #failed(message: string, timestamp: number): void {
    const { run } = this.#parts;
    if (this.#printed !== '') run.add({ type: 'output', value: this.#printed, timestamp });
    run.add({ type: 'error', message, timestamp });
  }

  /** C3. */
  #stopped(ended: Ended, timestamp: number): void {
    const { run, before, cpuMs } = this.#parts;
    const message = `Uncaught Error: ${this.#isOverdue ? overdue : whyStopped(ended, cpuMs)}; the state is what it was before the command`;
    this.output = this.#printed + message;
    this.#failed(message, timestamp);
    run.goTo(before);
  }

  async #checkpoint(id: number, args: string): Promise<Next> {
    const { run, clock } = this.#parts;
    const { label } = JSON.parse(args) as { label?: string };
    const timestamp = clock.now();
    const told = run.checkpoint('manual', timestamp, label?.slice(0, longestLabel));
    await run.commit();
    return { do: 'answer', id, isAnswer: true, json: JSON.stringify(told), at: this.#now.answered(timestamp) };
  }

  /** C1, C2. */
  async #ask(requests: Waiting['requests']): Promise<void> {
    const { run, models, model, clock, receiptOf } = this.#parts;
    const calls: (() => void)[] = [];
    for (const { id, arguments: args, isOld } of requests) {
      const asked = JSON.parse(args) as unknown;
      try {
        const { prompt, text } = models.canonical(model, asked);
        const known = isOld ? await receiptOf(id, sha256(text)) : undefined;
        if (known) {
          this.#known.push({ id, ...known });
          continue;
        }
        const keys = await this.#receiptKey(text);
        if (calls.length === 0) run.checkpoint('llm_boundary', clock.now());
        run.add({ type: 'llm_req', prompt, ...keys, request: id, timestamp: clock.now() });
        calls.push(() => this.#underWay.set(id, this.#call(id, asked, keys.receiptKey)));
      } catch (error) {
        this.#known.push({ id, isAnswer: false, text: messageOf(error) });
      }
    }
    if (calls.length > 0) await run.commit();
    for (const call of calls) call();
  }

  /** So that two equal prompts have two receipts. */
  async #receiptKey(canonical: string): Promise<{ receiptKey: string; of: string }> {
    const occurrences = await this.#parts.occurrences();
    const of = sha256(canonical);
    const occurrence = occurrences.get(of) ?? 0;
    occurrences.set(of, occurrence + 1);
    return { of, receiptKey: sha256(`${canonical}\n${occurrence}`) };
  }

  async #call(id: number, asked: unknown, receiptKey: string): Promise<Settled> {
    const { models, model } = this.#parts;
    try {
      const { text, used } = await models.call(model, asked, this.#stopping.signal);
      return { id, isAnswer: true, text, receiptKey, used };
    } catch (error) {
      return { id, isAnswer: false, text: messageOf(error), receiptKey };
    }
  }

  /** The first of what it waits for; undefined where that is its timer. */
  async #first(due: number | undefined): Promise<Settled | undefined> {
    const { signal } = this.#stopping;
    const { clock } = this.#parts;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const timer = (ms: number) =>
      passing(Math.min(ms, 2 ** 31 - 1), undefined, { signal: either }).catch(() => undefined);
    const waits: Promise<Settled | undefined>[] = [...this.#underWay.values()];
    waits.push(due === undefined ? aborted(either) : timer(Math.max(0, due - clock.now())));
    try {
      return await Promise.race(waits);
    } finally {
      over.abort();
    }
  }

  /** C1. */
  async #answered({ id, isAnswer, text, receiptKey, used }: Settled, due: number | undefined): Promise<Next> {
    const { run, clock } = this.#parts;
    this.#underWay.delete(id);
    const json = JSON.stringify(text);
    if (receiptKey === undefined) return { do: 'answer', id, isAnswer, json, at: this.#now.now };
    const timestamp = clock.now();
    const at = this.#now.answered(timestamp, due);
    const failure = isAnswer ? {} : { isError: true };
    run.add({ type: 'llm_resp', response: text, receiptKey, ...failure, timestamp, clock: at });
    run.checkpoint('llm_boundary', timestamp);
    await run.commit(used ? [used] : []);
    return { do: 'answer', id, isAnswer, json, at };
  }
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

/** As that of a checkpoint which is made from outside: an import takes no longer ones. */
const longestLabel = 200;
/** A command ends after that, whatever it waits for. */
const longestMs = 15 * 60_000;
const overdue = `stopped after ${longestMs / 60_000} minutes`;
/** Frames of a command that waits again and again are not gathered for ever. */
export const waitsPerCommit = 64;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const whyStopped = ({ why, text }: Ended, cpuMs: number): string => {
  if (why === 'cpu') return `stopped after ${cpuMs / 1000} s of CPU`;
  if (why === 'cancelled') return 'stopped on request';
  if (why === 'output') return 'stopped: it printed more than a command may';
  return `the sandbox could not go on: ${text}`;
};
