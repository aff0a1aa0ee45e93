import type { Client } from '../client.ts';
import type { ServerFrame } from '../live.ts';
import { askFigures } from './figures.ts';
import type { Figures } from './figures.ts';
import { nextSpan } from './span.ts';
import type { Span } from './span.ts';

/**
 * The figures of a live view, kept current: what happens is heard of over the socket, what it comes to is asked for.
 *
 *  L1  What is shown was asked for after the last thing that was heard; one question at a time.
 *  L2  While much happens it is asked for now and then: the server has other things to do.
 *  L3  What no frame tells of (limits, budgets, a pace that decays) is asked for from time to time; how far a reading is, each second.
 */

/** Frames that come together are of one change. */
const gatherMs = 25;
const leastGapMs = 100;
/** So much of the time is left to others. */
const restShare = 2;
const usualAgeMs = 15_000;
const readingAgeMs = 1000;

/** Frames without a place among the events are the clock’s. */
export const isNews = (frame: ServerFrame): boolean => frame.type === 'gap' || frame.cursor !== undefined;

export interface FeedParts {
  client: Client;
  span: Span;
  timeZone: string;
}

export class Feed {
  onFigures: (figures: Figures) => void = () => {};
  readonly #timeZone: string;
  #client: Client;
  #span: Span;
  #figures: Figures | undefined;
  /** This machine's clock against the server's. */
  #aheadMs = 0;
  #askedAt = -Infinity;
  #tookMs = 0;
  #isAsking = false;
  #isWanted = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ client, span, timeZone }: FeedParts) {
    this.#client = client;
    this.#span = span;
    this.#timeZone = timeZone;
  }

  get figures(): Figures | undefined {
    return this.#figures;
  }

  get span(): Span {
    return this.#span;
  }

  /** By the server's clock. */
  get now(): number {
    return Date.now() - this.#aheadMs;
  }

  /** Asks at once. Rejects when there is no answer. */
  async ask(): Promise<void> {
    const [client, span] = [this.#client, this.#span];
    this.#isAsking = true;
    this.#isWanted = false;
    this.#askedAt = performance.now();
    try {
      const figures = await askFigures(client, span, this.#timeZone);
      this.#tookMs = performance.now() - this.#askedAt;
      if (client !== this.#client || span !== this.#span) return;
      this.#aheadMs = Date.now() - figures.now;
      this.#figures = figures;
      this.onFigures(figures);
    } finally {
      this.#isAsking = false;
      if (this.#isWanted) this.#plan();
    }
  }

  hear(frame: ServerFrame): void {
    if (isNews(frame)) this.changed();
  }

  changed(): void {
    this.#isWanted = true;
    if (!this.#isAsking) this.#plan();
  }

  /** The server is there again, maybe elsewhere. */
  back(client: Client): void {
    this.#client = client;
    this.changed();
  }

  next(): void {
    this.#span = nextSpan(this.#span);
    this.changed();
  }

  /** To be called each second; L3. */
  tick(): void {
    const isReading = this.#figures?.reading?.state === 'reading';
    if (performance.now() - this.#askedAt >= (isReading ? readingAgeMs : usualAgeMs)) this.changed();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isWanted = false;
  }

  /** L1, L2. */
  #plan(): void {
    if (this.#timer !== undefined) return;
    const free = this.#askedAt + Math.max(leastGapMs, this.#tookMs * (1 + restShare)) - performance.now();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        // What is shown stays while the server is away; it is asked again when it is back, or at a tick.
        this.ask().catch(() => {});
      },
      Math.max(gatherMs, free),
    );
  }
}
