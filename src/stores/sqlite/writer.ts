import { Worker } from 'node:worker_threads';
import type { UsageStep } from '../../contract/usage.ts';
import { Problem } from '../../contract/problem.ts';
import type { StoreHealth } from '../../journal/journal.ts';
import { workerEnv, workerUrl } from '../../worker-url.ts';
import type { PackedEntry, Placed } from './append.ts';
import type { TextRow } from './text-rows.ts';
import type { Statement, WriterAnswer, WriterFailure, WriterNews, WriterRequest } from './writer-thread.ts';

/** Entries of one transaction at the most: bounds what a commit can take. */
const largestBatch = 512;

/** A commit of appends: how many, how many of them with a receipt, and how long it took, fsync included. */
export interface Commit {
  appends: number;
  receipts: number;
  tookMs: number;
}

interface Waiting {
  entry: PackedEntry;
  settle: (placed: Placed) => void;
  refuse: (problem: Problem) => void;
}

/**
 * The main thread's end of the writer thread. While one commit is under way the next batch gathers, so that one fsync
 * carries many appends (group commit); nothing here waits for a disk.
 */
export class Writer {
  readonly #worker: Worker;
  readonly #answers: ((answer: WriterAnswer) => void)[] = [];
  #waiting: Waiting[] = [];
  #committing = false;
  #scheduled = false;
  #health: StoreHealth = { state: 'writable' };
  #gone: string | undefined;
  #underWay = 0;
  #astray = false;

  /** Hears of each commit of appends. */
  onCommit: (commit: Commit) => void = () => {};

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (message: WriterAnswer | WriterNews) => {
      if ('broken' in message) this.#health = { state: 'read_only', reason: message.broken.message };
      else this.#answers.shift()?.(message);
    });
    worker.on('error', (error) => this.#lose(`the writer stopped: ${String(error)}`));
    worker.on('exit', () => this.#lose('the writer stopped'));
  }

  /** Opens the database for writing, in its thread. Rejects with a sentence that says why it can't. */
  static async open(file: string): Promise<Writer> {
    const writer = new Writer(
      new Worker(workerUrl(import.meta.url, './writer-thread'), { workerData: { file }, env: workerEnv() }),
    );
    const answer = await writer.#answer();
    if ('ready' in answer) return writer;
    await writer.#worker.terminate();
    throw new Error('failure' in answer ? answer.failure.message : 'the writer did not start');
  }

  get health(): StoreHealth {
    return this.#astray && this.#gone === undefined ? { state: 'read_only', reason: astray } : this.#health;
  }

  /** While the files are not where they were nothing is written: nobody would find it again. */
  set isAstray(is: boolean) {
    this.#astray = is;
  }

  /** Appends that have still to be settled. */
  get queued(): number {
    return this.#waiting.length + this.#underWay;
  }

  append(entry: PackedEntry): Promise<Placed> {
    return new Promise((settle, refuse) => {
      this.#waiting.push({ entry, settle, refuse });
      this.#schedule();
    });
  }

  /** Statements off the hot path, in one transaction; resolves after fsync to the rows that each changed. */
  async run(statements: readonly Statement[]): Promise<number[]> {
    const answer = await this.#ask({ do: 'run', statements });
    if ('changes' in answer) return answer.changes;
    throw this.#refusal(answer);
  }

  /** Steps of the ledger without events, and statements after them, in one transaction. */
  async keepUsage(steps: readonly UsageStep[], statements: readonly Statement[]): Promise<void> {
    const answer = await this.#ask({ do: 'usage', steps, statements });
    if (!('changes' in answer)) throw this.#refusal(answer);
  }

  /** Texts to be searched, and statements after them, in one transaction. */
  async writeTexts(owner: string, rows: readonly TextRow[], statements: readonly Statement[]): Promise<number[]> {
    const answer = await this.#ask({ do: 'texts', owner, rows, statements });
    if ('changes' in answer) return answer.changes;
    throw this.#refusal(answer);
  }

  /** Resolves when all that was handed in is committed or refused. */
  async settled(): Promise<void> {
    while (this.#committing || this.#waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Resolves when all that was handed in is settled and the database is closed. */
  async close(): Promise<void> {
    await this.settled();
    if (this.#gone === undefined) await this.#ask({ do: 'close' });
    await this.#worker.terminate();
  }

  /** One turn of the event loop gathers what is decided in it. */
  #schedule(): void {
    if (this.#committing || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#committing) void this.#commit();
    });
  }

  async #commit(): Promise<void> {
    const batch = this.#waiting.splice(0, largestBatch);
    if (batch.length === 0) return;
    this.#committing = true;
    this.#underWay = batch.length;
    const answer = await this.#ask({ do: 'append', entries: batch.map(({ entry }) => entry) });
    // Entries are settled in the order they came in, also when they have to be tried one by one.
    const apart = batch.length > 1 && 'failure' in answer && answer.failure.kind === 'other';
    if (apart) await this.#apart(batch);
    this.#committing = false;
    this.#underWay = 0;
    if (this.#waiting.length > 0) void this.#commit();
    if (!apart) this.#settle(batch, answer);
  }

  #settle(batch: readonly Waiting[], answer: WriterAnswer): void {
    if ('placed' in answer) {
      // What was decided on top of a failed batch conflicts, and writes nothing: no sign that there is room again.
      if (answer.placed.some((placed) => placed !== 'conflict')) this.#health = { state: 'writable' };
      answer.placed.forEach((placed, i) => batch[i]?.settle(placed));
      this.onCommit(commitOf(batch, answer.tookMs));
    } else {
      const problem = this.#refusal(answer);
      for (const { refuse } of batch) refuse(problem);
    }
  }

  /** What one entry of a batch did wrong is not held against the others. */
  async #apart(batch: readonly Waiting[]): Promise<void> {
    for (const { entry, settle, refuse } of batch) {
      const answer = await this.#ask({ do: 'append', entries: [entry] });
      this.#settle([{ entry, settle, refuse }], answer);
    }
  }

  #ask(request: WriterRequest): Promise<WriterAnswer> {
    if (this.#gone !== undefined) return Promise.resolve({ failure: { kind: 'broken', message: this.#gone } });
    if (this.#astray && request.do !== 'close') {
      return Promise.resolve({ failure: { kind: 'astray', message: astray } });
    }
    this.#worker.postMessage(request);
    return this.#answer();
  }

  #answer(): Promise<WriterAnswer> {
    return new Promise((resolve) => this.#answers.push(resolve));
  }

  #lose(reason: string): void {
    this.#gone ??= reason;
    this.#health = { state: 'read_only', reason: this.#gone };
    for (const answer of this.#answers.splice(0)) answer({ failure: { kind: 'broken', message: reason } });
  }

  #refusal(answer: WriterAnswer): Problem {
    const failure: WriterFailure = 'failure' in answer ? answer.failure : { kind: 'other', message: 'no answer' };
    if (failure.kind === 'full') this.#health = { state: 'full', reason: failure.message };
    if (failure.kind === 'broken') this.#health = { state: 'read_only', reason: failure.message };
    return problems[failure.kind](failure.message);
  }
}

const commitOf = (batch: readonly Waiting[], tookMs: number): Commit => ({
  appends: batch.length,
  receipts: batch.reduce((count, { entry }) => count + (entry.receipt === null ? 0 : 1), 0),
  tookMs,
});

const astray = 'the data folder was deleted, moved or replaced while the server ran';

const problems: Record<WriterFailure['kind'], (cause: string) => Problem> = {
  full: (cause) =>
    new Problem('store_full', 'the disk is full: nothing was changed; free some space and try again', { cause }),
  broken: (cause) =>
    new Problem('store_read_only', 'the disk failed a write: the server only reads until it is restarted', { cause }),
  astray: (cause) =>
    new Problem(
      'store_read_only',
      `${astray}: nothing is written; put it back, or stop this server and start one where the data is`,
      { cause },
    ),
  other: (cause) => new Problem('internal_error', 'the store could not write this; nothing was changed', { cause }),
};
