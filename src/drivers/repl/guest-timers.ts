/**
 * Timers inside the sandbox. {@link timers} is given to the engine as text beside the guest and stands alone as that does: what it needs
 * it takes first, it iterates by index, and its lists and tables have no prototype.
 */

export interface Timers {
  /** Returns its id. */
  set: (run: unknown, ms: unknown, values: readonly unknown[], repeats: boolean) => number;
  clear: (id: unknown) => void;
  /** When the next one is due, ms of the guest's clock; infinite for none. */
  due: () => number;
  /** Runs those that are due. */
  wake: () => void;
}

/** `newId` gives numbers that rise: of what is due at the same time, what was set first runs first. */
export function timers(newId: () => number): Timers {
  interface Timer {
    id: number;
    at: number;
    /** Rises with each time that it is set. */
    turn: number;
    every: number;
    run: unknown;
    values: readonly unknown[];
    /** Where it is in the heap. */
    place: number;
  }
  const now = Date.now;
  const number = Number;
  const { floor, max, min } = Math;
  const NativeTypeError = TypeError;
  const apply = Reflect.apply as (fn: unknown, self: unknown, args: readonly unknown[]) => unknown;
  const longestWait = 2_147_483_647;
  /** The earliest first; each is no later than the two at twice its place and one or two more. */
  const heap = Object.setPrototypeOf([], null) as Timer[];
  const byId = Object.create(null) as Record<number, Timer>;
  let lastTurn = 0;

  const isBefore = (one: Timer, other: Timer): boolean =>
    one.at < other.at || (one.at === other.at && one.turn < other.turn);
  const put = (timer: Timer, place: number): void => {
    heap[place] = timer;
    timer.place = place;
  };
  const rise = (timer: Timer): void => {
    while (timer.place > 0) {
      const place = (timer.place - 1) >> 1;
      const above = heap[place]!;
      if (!isBefore(timer, above)) return;
      put(above, timer.place);
      put(timer, place);
    }
  };
  const sink = (timer: Timer): void => {
    for (;;) {
      const left = 2 * timer.place + 1;
      if (left >= heap.length) return;
      const isRight = left + 1 < heap.length && isBefore(heap[left + 1]!, heap[left]!);
      const below = heap[isRight ? left + 1 : left]!;
      if (!isBefore(below, timer)) return;
      const { place } = below;
      put(below, timer.place);
      put(timer, place);
    }
  };
  const add = (timer: Timer): void => {
    byId[timer.id] = timer;
    put(timer, heap.length);
    rise(timer);
  };
  const remove = (timer: Timer): void => {
    delete byId[timer.id];
    const last = heap[heap.length - 1]!;
    heap.length -= 1;
    if (last === timer) return;
    put(last, timer.place);
    rise(last);
    sink(last);
  };

  return {
    set: (run, ms, values, repeats) => {
      if (typeof run !== 'function') throw new NativeTypeError('The "callback" argument must be of type function');
      const wait = max(1, min(longestWait, floor(number(ms)) || 1));
      const id = newId();
      const at = floor(now()) + wait;
      add({ id, at, turn: ++lastTurn, every: repeats ? wait : 0, run, values, place: 0 });
      return id;
    },
    clear: (id) => {
      if (typeof id !== 'number' && typeof id !== 'string') return;
      const timer = byId[id as number];
      if (timer) remove(timer);
    },
    due: () => (heap.length > 0 ? heap[0]!.at : Infinity),
    wake: () => {
      const time = floor(now());
      while (heap.length > 0 && heap[0]!.at <= time) {
        const first = heap[0]!;
        if (first.every > 0) {
          first.at = time + first.every;
          first.turn = ++lastTurn;
          sink(first);
        } else remove(first);
        apply(first.run, undefined, first.values);
      }
    },
  };
}
