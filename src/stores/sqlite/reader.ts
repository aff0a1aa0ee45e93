import { Worker } from 'node:worker_threads';
import { Problem } from '../../contract/problem.ts';
import { workerEnv, workerUrl } from '../../worker-url.ts';
import type { Reads } from './read.ts';
import type { ReadAnswer, ReadRequest } from './reader-thread.ts';

interface Waiting {
  settle: (value: unknown) => void;
  refuse: (error: unknown) => void;
}

/** The reader thread, started at the first read that needs it, or before: a server that is only used lightly never has one. */
export class Reader {
  readonly #file: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(file: string) {
    this.#file = file;
  }

  ask<N extends keyof Reads>(name: N, ...args: Parameters<Reads[N]>): Promise<ReturnType<Reads[N]>> {
    this.warmUp();
    const id = ++this.#lastId;
    const request: ReadRequest = { id, name, args };
    return new Promise((settle, refuse) => {
      this.#waiting.set(id, { settle: settle as (value: unknown) => void, refuse });
      this.#worker?.postMessage(request);
    });
  }

  /** Starts the thread before it is needed. */
  warmUp(): void {
    this.#worker ??= this.#start();
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(workerUrl(import.meta.url, './reader-thread'), {
      workerData: { file: this.#file },
      env: workerEnv(),
    });
    worker.unref();
    worker.on('message', (answer: ReadAnswer) => this.#settle(answer));
    worker.on('error', (error) => this.#lose(worker, error));
    worker.on('exit', () => this.#lose(worker, new Error('the reader stopped')));
    return worker;
  }

  #settle(answer: ReadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('value' in answer) waiting?.settle(answer.value);
    else waiting?.refuse(problemOf(answer.problem));
  }

  #lose(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { refuse } of lost)
      refuse(new Problem('internal_error', 'the read failed; try again', { cause: error }));
  }
}

const problemOf = ({ message, details }: { message: string; details: unknown }): Problem =>
  details === undefined
    ? new Problem('internal_error', 'the read failed', { cause: message })
    : new Problem('journal_damaged', message, { details });
