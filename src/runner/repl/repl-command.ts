import { createHash } from 'node:crypto';
import { setTimeout as passing } from 'node:timers/promises';
import type { Ended, Next, Waiting } from '../../drivers/repl/protocol.ts';
import type { Sending } from '../../drivers/repl/repl-driver.ts';
import type { ReplModel } from '../../contract/repl.ts';
import type { Clock } from '../clock.ts';
import type { Models } from './model-calls.ts';
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
  reply?: ((output: string) => Reply) | undefined;
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
  #printed = '';
  #waits = 0;
  #isOverdue = false;
  /** What its caller is answered. */
  output = '';

  constructor(parts: CommandParts) {
    this.#parts = parts;
  }

  /** What it waits for is not waited for. */
  stop(): void {
    this.#stopping.abort();
  }

  printed(text: string): void {
    this.#printed += text;
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
    await this.#ask(requests.filter(({ id }) => !this.#underWay.has(id)));
    const settled = await this.#first(due);
    if (settled === undefined) return { do: 'wake', at: Math.max(clock.now(), due ?? 0) };
    return this.#answered(settled);
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
    const { reply } = this.#parts;
    await run.commit([], { tookMs: timestamp - beganAt, memory: ended.size }, reply?.(this.output));
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
    const told = run.checkpoint('manual', clock.now(), label);
    await run.commit();
    return { do: 'answer', id, isAnswer: true, json: JSON.stringify(told), at: clock.now() };
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
          this.#underWay.set(id, Promise.resolve({ id, ...known }));
          continue;
        }
        const keys = await this.#receiptKey(text);
        if (calls.length === 0) run.checkpoint('llm_boundary', clock.now());
        run.add({ type: 'llm_req', prompt, ...keys, request: id, timestamp: clock.now() });
        calls.push(() => this.#underWay.set(id, this.#call(id, asked, keys.receiptKey)));
      } catch (error) {
        this.#underWay.set(id, Promise.resolve({ id, isAnswer: false, text: messageOf(error) }));
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
  async #answered({ id, isAnswer, text, receiptKey, used }: Settled): Promise<Next> {
    const { run, clock } = this.#parts;
    this.#underWay.delete(id);
    const at = clock.now();
    if (receiptKey !== undefined) {
      const failure = isAnswer ? {} : { isError: true };
      run.add({ type: 'llm_resp', response: text, receiptKey, ...failure, timestamp: at, clock: at });
      run.checkpoint('llm_boundary', at);
      await run.commit(used ? [used] : []);
    }
    return { do: 'answer', id, isAnswer, json: JSON.stringify(text), at };
  }
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

/** A command ends after that, whatever it waits for. */
const longestMs = 15 * 60_000;
const overdue = `stopped after ${longestMs / 60_000} minutes`;
/** Frames of a command that waits again and again are not gathered for ever. */
const waitsPerCommit = 64;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const whyStopped = ({ why, text }: Ended, cpuMs: number): string => {
  if (why === 'cpu') return `stopped after ${cpuMs / 1000} s of CPU`;
  if (why === 'cancelled') return 'stopped on request';
  if (why === 'output') return 'stopped: it printed more than a command may';
  return `the sandbox could not go on: ${text}`;
};
