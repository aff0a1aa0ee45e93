import { hashOf, newCode } from './secrets.ts';

interface Issued<T> {
  value: T;
  expiresAt: number;
}

/** Codes that are good once and for a short time: tickets of sockets, sign-in codes. A restart forgets them. */
export class OneUse<T> {
  readonly #lifeMs: number;
  readonly #now: () => number;
  readonly #issued = new Map<string, Issued<T>>();

  constructor(lifeMs: number, now: () => number) {
    this.#lifeMs = lifeMs;
    this.#now = now;
  }

  issue(value: T): { code: string; expiresAt: number } {
    this.#forgetExpired();
    const code = newCode();
    const expiresAt = this.#now() + this.#lifeMs;
    this.#issued.set(hashOf(code), { value, expiresAt });
    return { code, expiresAt };
  }

  /** What the code was issued for; undefined when it is unknown, used or expired. It is used by this. */
  redeem(code: string): T | undefined {
    const name = hashOf(code);
    const issued = this.#issued.get(name);
    this.#issued.delete(name);
    return issued && issued.expiresAt > this.#now() ? issued.value : undefined;
  }

  #forgetExpired(): void {
    const now = this.#now();
    // In order of issue, and all live equally long: the first that is still good ends the search.
    for (const [name, { expiresAt }] of this.#issued) {
      if (expiresAt > now) return;
      this.#issued.delete(name);
    }
  }
}
