/**
 * What a command's code takes for now while it runs. It follows from the command's input and from what is in the journal alone, so that
 * a replay has the same: timers are given the time at which they were due, and whether an answer came before a timer can be told from
 * the two times.
 *
 *  K1  It does not go back.
 *  K2  An answer that came before a timer has a time that is not after the timer's, one that came after it has a later one.
 *
 * All in Unix ms.
 */
export class GuestClock {
  #now: number;
  /** Of the next answer. */
  #earliest: number;

  /** `at`: the clock of the command's input. */
  constructor(at: number) {
    this.#now = at;
    this.#earliest = at;
  }

  get now(): number {
    return this.#now;
  }

  /** When a timer that is due then is run. */
  wakeAt(due: number): number {
    return Math.max(due, this.#now);
  }

  woken(due: number): number {
    this.#now = this.wakeAt(due);
    this.#earliest = this.#now + 1;
    return this.#now;
  }

  /** An answer came, before the timer that is due next, if there is one. */
  answered(at: number, due?: number): number {
    const latest = due === undefined ? Infinity : Math.max(this.wakeAt(due), this.#earliest);
    this.#now = Math.min(Math.max(at, this.#earliest), latest);
    this.#earliest = this.#now;
    return this.#now;
  }
}
