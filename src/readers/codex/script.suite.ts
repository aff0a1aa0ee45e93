/** Made-up rollouts with the usage that is true of them. */
import fc from 'fast-check';
import {
  counter,
  event,
  header,
  idAt,
  record,
  said,
  spawned,
  thread,
  turn,
  type Usage,
  used,
} from './rollout.suite.ts';

type Counts = [input: number, cached: number, output: number, reasoning: number];

/** What happens in a thread: a response and how it is reported, or something else. */
export type Step =
  | { kind: 'counter' | 'both' | 'record'; counts: Counts }
  | { kind: 'again' | 'reset' | 'limits' | 'prompt' | 'turn' | 'junk' };

export type Origin = 'own' | 'fork' | 'spawn';

export interface Script {
  origin: Origin;
  replayed: Step[];
  steps: Step[];
}

const counts = fc
  .tuple(fc.nat(900), fc.nat(900), fc.nat(900), fc.nat(900))
  .map(([input, cached, output, reasoning]): Counts => {
    return [input, Math.min(cached, input), output, Math.min(reasoning, output)];
  });
const response = fc.record({ kind: fc.constantFrom('counter' as const, 'both' as const, 'record' as const), counts });
const other = fc.constantFrom('again', 'reset', 'limits', 'prompt', 'turn', 'junk').map((kind): Step => ({ kind }));
const steps = fc.array(fc.oneof({ weight: 2, arbitrary: response }, other), { maxLength: 14 });

/** A replay ends with the parent's latest counter, and leaves its records out. */
const replayed = steps.map((all) =>
  all.map((step) => (step.kind === 'record' ? { ...step, kind: 'both' as const } : step)),
);

export const scripts: fc.Arbitrary<Script> = fc.record({
  origin: fc.constantFrom('own' as const, 'fork' as const, 'spawn' as const),
  replayed,
  steps,
});

export interface Written {
  lines: unknown[];
  /** Of each response of the thread's own, as `spent` tells it. */
  truth: Counts[];
}

export function write({ origin, replayed, steps: own }: Script): Written {
  const parent = idAt(-90_000, 9);
  const writer = new Writer();
  if (origin === 'own') return writer.starting(header()).all(own, thread, 2000);
  const head = origin === 'fork' ? header({ forked_from_id: parent }) : spawned(parent, { forked_from_id: parent });
  const { lines } = writer
    .starting(head, header({ id: parent }), turn({ turn_id: idAt(-5000) }))
    .all(replayed, parent, 1);
  const kept = lines.filter((line) => !JSON.stringify(line).includes('"token_usage_record"'));
  writer.forget(kept);
  return writer.starting(event('task_started', { turn_id: idAt(60_000) }, 60_000)).all(own, thread, 2000);
}

const zero: Counts = [0, 0, 0, 0];
const sum = (a: Counts, b: Counts) => a.map((count, i) => count + b[i]!) as Counts;
const usageOf = (all: Counts): Usage => used(...all);

class Writer {
  #lines: unknown[] = [];
  #truth: Counts[] = [];
  #total = zero;
  #threadTotal = zero;
  #last = zero;
  #ms = 60_001;
  #responses = 0;

  starting(...lines: unknown[]): this {
    this.#lines.push(...lines);
    return this;
  }

  /** What was written so far is a replay: it is nobody's here. */
  forget(lines: unknown[]): void {
    this.#lines = lines;
    this.#truth = [];
    this.#threadTotal = zero;
  }

  all(steps: readonly Step[], owner: string, stepMs: number): Written {
    if (stepMs === 1) this.#ms = 0;
    else this.#ms = 60_001;
    for (const step of steps) {
      this.#ms += stepMs;
      if ('counts' in step) this.#respond(step.kind, step.counts, owner);
      else this.#other(step.kind);
    }
    return { lines: this.#lines, truth: this.#truth };
  }

  /** Each response's input is its own, as it grows with the conversation. */
  #respond(kind: 'counter' | 'both' | 'record', [input, cached, output, reasoning]: Counts, owner: string): void {
    const all: Counts = [input + 1000 * ++this.#responses, cached, output, reasoning];
    this.#truth.push([all[0] - cached, cached, output, reasoning]);
    this.#total = sum(this.#total, all);
    this.#threadTotal = sum(this.#threadTotal, all);
    this.#last = all;
    const ms = this.#ms;
    const ids = { response: `r-${this.#responses}`, owner, ms };
    if (kind !== 'counter')
      this.#lines.push(record({ ...ids, usage: usageOf(all), total: usageOf(this.#threadTotal) }));
    if (kind !== 'record') this.#lines.push(this.#counter());
  }

  #counter(): unknown {
    const primary = { used_percent: this.#responses, window_minutes: 300 };
    return counter(usageOf(this.#total), usageOf(this.#last), this.#ms, { rate_limits: { primary } });
  }

  #other(kind: Exclude<Step, { counts: Counts }>['kind']): void {
    if (kind === 'reset') this.#total = zero;
    if (kind === 'again' && this.#total !== zero) this.#lines.push(this.#counter());
    if (kind === 'limits') this.#lines.push(event('token_count', { info: null }, this.#ms));
    if (kind === 'prompt') this.#lines.push(said('user', `Prompt at ${this.#ms}`, this.#ms));
    if (kind === 'turn') this.#lines.push(turn({ model: `model-${this.#ms}` }, this.#ms));
    if (kind === 'junk') this.#lines.push('{ "token_count" torn', '', { payload: null });
  }
}
