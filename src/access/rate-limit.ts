export interface Rate {
  perSecond: number;
  /** Requests that may come at once. */
  burst: number;
}

/** The burst is what comes in five seconds, unless told otherwise. */
export const rateOf = (perSecond: number, burst: number = perSecond * 5): Rate => ({ perSecond, burst });

/** What a caller has left after a request. */
export interface Allowance {
  rate: Rate;
  isAllowed: boolean;
  /** Whole requests that may still come at once. */
  remaining: number;
  /** Seconds until all of the burst is there again. */
  fullIn: number;
  /** Seconds until one request may come; 0 when one may now. */
  retryAfter: number;
}

interface Bucket {
  level: number;
  /** Unix ms. */
  at: number;
}

const mostKept = 100_000;

/**
 * Token buckets, one a key.
 *
 *  R1  A bucket that is full is not kept: a key that is not met is one that may have the whole burst.
 *  R2  Buckets stand in the order of their latest use, so that the first is the first to be full again.
 *  R3  No more than {@link mostKept} are kept; past that the one that was used longest ago goes.
 */
export class RateLimit {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** `now`: Unix ms. */
  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one request from what the key has. One that is refused takes nothing. */
  take(key: string): Allowance {
    const at = this.#now();
    const before = this.#levelOf(this.#buckets.get(key), at);
    const isAllowed = before >= 1;
    const level = isAllowed ? before - 1 : before;
    this.#keep(key, { level, at });
    const { perSecond, burst } = this.#rate;
    return {
      rate: this.#rate,
      isAllowed,
      remaining: Math.floor(level),
      fullIn: Math.ceil((burst - level) / perSecond),
      retryAfter: Math.ceil(Math.max(0, 1 - level) / perSecond),
    };
  }

  #levelOf(bucket: Bucket | undefined, at: number): number {
    const { perSecond, burst } = this.#rate;
    if (bucket === undefined) return burst;
    return Math.min(burst, bucket.level + (Math.max(0, at - bucket.at) * perSecond) / 1000);
  }

  #keep(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    for (const [oldest, met] of this.#buckets) {
      const isFull = this.#levelOf(met, bucket.at) >= this.#rate.burst;
      if (!isFull && this.#buckets.size <= mostKept) return;
      this.#buckets.delete(oldest);
    }
  }
}
