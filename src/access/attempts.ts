import { Problem } from '../contract/problem.ts';

export interface AttemptLimit {
  /** Failures that are let through. */
  most: number;
  withinMs: number;
  /** Unix ms. */
  now: () => number;
}

const addressesKept = 10_000;

/** Failed attempts of late by the address that they came from: who guesses too often has to wait. A restart forgets them. */
export class Attempts {
  readonly #limit: AttemptLimit;
  /** Times of the latest failures, oldest first; addresses in order of their latest failure. */
  readonly #failures = new Map<string, number[]>();

  constructor(limit: AttemptLimit) {
    this.#limit = limit;
  }

  /** Throws `rate_limited` where the address has failed too often. */
  check(address: string): void {
    const { most, withinMs, now } = this.#limit;
    const recent = this.#recent(address);
    const oldest = recent.at(-most);
    if (oldest === undefined) return;
    const retryAfter = Math.ceil((oldest + withinMs - now()) / 1000);
    throw new Problem('rate_limited', `too many failed attempts; try again in ${retryAfter} s`, {
      details: { retryAfter },
    });
  }

  failed(address: string): void {
    const recent = [...this.#recent(address), this.#limit.now()].slice(-this.#limit.most);
    this.#failures.delete(address);
    this.#failures.set(address, recent);
    for (const other of this.#failures.keys()) {
      if (this.#failures.size <= addressesKept && this.#recent(other).length > 0) return;
      this.#failures.delete(other);
    }
  }

  #recent(address: string): number[] {
    const since = this.#limit.now() - this.#limit.withinMs;
    return (this.#failures.get(address) ?? []).filter((time) => time > since);
  }
}
