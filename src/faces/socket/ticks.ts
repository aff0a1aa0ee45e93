/** A second is divided into this many slots, so that many sessions do not tick in one burst. */
const slotCount = 50;
const slotMs = 1000 / slotCount;

/** Calls back for every member about once a second, each in a slot of its own; without members there is no timer. */
export class Ticks {
  readonly #onTick: (member: string) => void;
  readonly #slots: Set<string>[] = Array.from({ length: slotCount }, () => new Set());
  readonly #slotOf = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  /** The slot that was served last, counted from the start of the process. */
  #served = 0;
  #next = 0;

  constructor(onTick: (member: string) => void) {
    this.#onTick = onTick;
  }

  add(member: string): void {
    if (this.#slotOf.has(member)) return;
    const slot = this.#next++ % slotCount;
    this.#slotOf.set(member, slot);
    this.#slots[slot]?.add(member);
    if (this.#timer === undefined) this.#start();
  }

  remove(member: string): void {
    const slot = this.#slotOf.get(member);
    if (slot === undefined) return;
    this.#slotOf.delete(member);
    this.#slots[slot]?.delete(member);
    if (this.#slotOf.size === 0) this.stop();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #start(): void {
    this.#served = slotNow();
    this.#timer = setInterval(() => this.#turn(), slotMs);
  }

  /** Serves the slots that passed since the last turn; of a turn that comes very late, each slot once. */
  #turn(): void {
    const now = slotNow();
    for (let slot = Math.max(this.#served, now - slotCount) + 1; slot <= now; slot++) {
      for (const member of this.#slots[slot % slotCount] ?? []) this.#onTick(member);
    }
    this.#served = now;
  }
}

const slotNow = (): number => Math.floor(performance.now() / slotMs);
