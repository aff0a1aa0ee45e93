import { Worker } from 'node:worker_threads';
import { workerEnv, workerUrl } from '../worker-url.ts';
import type { Place, Portion, Progress } from './follower.ts';
import type { Surroundings, UsageRecord, Utterance } from './reader.ts';

export type Wants = 'usage' | 'texts';
export interface Items {
  usage: UsageRecord;
  texts: Utterance;
}

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

/** Follows sources in a thread of its own; see follower.ts. */
export class Follow<W extends Wants> {
  readonly #parts: FollowParts<W>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #taking = new Set<Promise<void>>();
  #isStopping = false;

  constructor(parts: FollowParts<W>) {
    this.#parts = parts;
    const { wants, names, surroundings, known } = parts;
    this.#worker = new Worker(workerUrl(import.meta.url, './follow-thread'), {
      workerData: { wants, names, surroundings, known } satisfies FollowData,
      env: workerEnv(),
    });
    this.#worker.on('message', (news: FollowNews) => this.#hear(news));
    this.#worker.on('error', (error) => parts.onError(error));
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.allSettled(this.#taking);
    this.#worker.postMessage({ stop: true } satisfies FollowAnswer);
    await this.#exited;
  }

  #hear(news: FollowNews): void {
    if ('portion' in news) {
      const taking = this.#take(news.portion as Portion<Items[W]>, news.id);
      this.#taking.add(taking);
      void taking.finally(() => this.#taking.delete(taking));
    } else if ('progress' in news) this.#parts.onProgress?.(news.progress);
    else if ('settled' in news) this.#parts.onSettled?.(news.settled);
    else this.#parts.onError(new Error(`${news.source}: ${news.error}`));
  }

  async #take(portion: Portion<Items[W]>, id: number): Promise<void> {
    const answer = async (): Promise<FollowAnswer> => {
      if (this.#isStopping) return { id, refused: 'the server is stopping' };
      try {
        await this.#parts.take(portion);
        return { id };
      } catch (error) {
        return { id, refused: error instanceof Error ? error.message : String(error) };
      }
    };
    this.#worker.postMessage(await answer());
  }
}
