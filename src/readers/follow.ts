import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { workerEnv, workerUrl } from '../worker-url.ts';
import { followed, type Items, type Wants } from './followed.ts';
import { Follower, type Place, type Portion, type Progress } from './follower.ts';
import type { Surroundings, UsageRecord, Utterance } from './reader.ts';

export interface FollowData {
  wants: Wants;
  names: readonly string[];
  surroundings: Surroundings;
  known: Readonly<Record<string, readonly [file: string, place: Place][]>>;
}

export type FollowNews =
  | { portion: Portion<UsageRecord | Utterance>; id: number }
  | { progress: Progress }
  | { settled: string }
  | { error: string; source: string };

export type FollowAnswer = { id: number; refused?: string } | { stop: true };

export interface FollowParts<W extends Wants> extends FollowData {
  wants: W;
  /** Resolves when the portion is durable; while it has not, nothing more comes of this source. */
  take: (portion: Portion<Items[W]>) => Promise<void>;
  onProgress?: (progress: Progress) => void;
  /** All that was there of a source is taken. */
  onSettled?: (source: string) => void;
  onError: (error: unknown) => void;
}

/** After a thread has crashed again before it had read all: doubled each time, up to the longest. */
const shortestPauseMs = 2000;
const longestPauseMs = 600_000;

/** More than this is not read between other things: a look that finds it leaves it to a thread. */
const muchBytes = 8 << 20;

/**
 * Follows sources; see follower.ts.
 *
 *  W1  Where there is much to read a thread reads it, and ends when it has: it would hold 30 MB for nothing. Until then, and after,
 *      the little that comes is read here, in turns with others.
 *  W2  How far files were read goes from the one to the other: nothing is read twice for that.
 */
export class Follow<W extends Wants> {
  readonly #parts: FollowParts<W>;
  /** By source; of what was taken (W2). */
  readonly #places: ReadonlyMap<string, Map<string, Place>>;
  readonly #taking = new Set<Promise<void>>();
  #followers: readonly Follower<Items[W]>[] = [];
  #thread: { worker: Worker; exited: Promise<void>; unsettled: Set<string> } | undefined;
  #changing: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();
  /** Since all was read. */
  #crashes = 0;

  constructor(parts: FollowParts<W>) {
    this.#parts = parts;
    this.#places = new Map(parts.names.map((source) => [source, new Map(parts.known[source])]));
    this.#followHere();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#changing;
    await Promise.all(this.#followers.map((one) => one.close()));
    await Promise.allSettled(this.#taking);
    await this.#endThread();
  }

  #followHere(): void {
    const { wants, names, surroundings, onProgress, onSettled, onError } = this.#parts;
    this.#followers = names.map(
      (source) =>
        new Follower<Items[W]>({
          followed: followed(wants, source, {}),
          surroundings,
          known: this.#places.get(source) ?? new Map(),
          take: (portion) => this.#keep(portion),
          onProgress: (progress) => onProgress?.(progress),
          onSettled: () => onSettled?.(source),
          onError,
          muchBytes,
          onMuch: () => this.#change(() => this.#readInThread()),
        }),
    );
    for (const follower of this.#followers) follower.start();
  }

  /** One change of who reads at a time; none once it is stopped. */
  #change(change: () => Promise<void>): void {
    this.#changing = this.#changing.then(async () => {
      if (!this.#stopping.signal.aborted) await change().catch(this.#parts.onError);
    });
  }

  /** W1. */
  async #readInThread(): Promise<void> {
    if (this.#thread !== undefined) return;
    await Promise.all(this.#followers.map((one) => one.close()));
    this.#followers = [];
    const { wants, names, surroundings, onError } = this.#parts;
    const known = Object.fromEntries(names.map((source) => [source, [...(this.#places.get(source) ?? [])]]));
    const worker = new Worker(workerUrl(import.meta.url, './follow-thread'), {
      workerData: { wants, names, surroundings, known } satisfies FollowData,
      env: workerEnv(),
    });
    worker.on('message', (news: FollowNews) => this.#hear(worker, news));
    worker.on('error', (error) => {
      onError(error);
      this.#change(() => this.#afterCrash());
    });
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#thread = { worker, exited, unsettled: new Set(names) };
  }

  async #afterCrash(): Promise<void> {
    const ms = this.#crashes++ === 0 ? 0 : Math.min(shortestPauseMs * 2 ** (this.#crashes - 2), longestPauseMs);
    await pause(ms, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
    await this.#readHereAgain();
  }

  async #readHereAgain(): Promise<void> {
    await Promise.allSettled(this.#taking);
    await this.#endThread();
    this.#followHere();
  }

  async #endThread(): Promise<void> {
    const thread = this.#thread;
    if (thread === undefined) return;
    thread.worker.postMessage({ stop: true } satisfies FollowAnswer);
    await thread.exited;
    this.#thread = undefined;
  }

  #hear(worker: Worker, news: FollowNews): void {
    if ('portion' in news) {
      const taking = this.#answer(worker, news.portion as Portion<Items[W]>, news.id);
      this.#taking.add(taking);
      void taking.finally(() => this.#taking.delete(taking));
    } else if ('progress' in news) this.#parts.onProgress?.(news.progress);
    else if ('settled' in news) this.#settle(news.settled);
    else this.#parts.onError(new Error(`${news.source}: ${news.error}`));
  }

  #settle(source: string): void {
    this.#parts.onSettled?.(source);
    const { unsettled } = this.#thread ?? {};
    if (!unsettled?.delete(source) || unsettled.size > 0) return;
    this.#crashes = 0;
    this.#change(() => this.#readHereAgain());
  }

  async #answer(worker: Worker, portion: Portion<Items[W]>, id: number): Promise<void> {
    const answer = async (): Promise<FollowAnswer> => {
      if (this.#stopping.signal.aborted) return { id, refused: 'the server is stopping' };
      try {
        await this.#keep(portion);
        return { id };
      } catch (error) {
        return { id, refused: error instanceof Error ? error.message : String(error) };
      }
    };
    worker.postMessage(await answer());
  }

  /** W2. */
  async #keep(portion: Portion<Items[W]>): Promise<void> {
    await this.#parts.take(portion);
    const places = this.#places.get(portion.source);
    for (const { file, place } of portion.places) places?.set(file, place);
  }
}
