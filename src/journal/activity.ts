/**
 * The read model of activity: who was active when, and how many tokens were used when. Kept by the store in the same
 * transaction as the events, from the steps of session/activity.ts. Times are Unix ms, durations ms.
 */
export interface ActivityReads {
  activity(query: ActivityQuery): Promise<Activity>;
}

/** At most as many buckets as a number has bits. */
const mostBuckets = 32;

export interface ActivityQuery {
  /** Where each bucket begins and the last one ends, ascending; each the beginning of a slot. */
  edges: readonly number[];
  /** Spans that are open count up to here. */
  now: number;
  owner?: string;
  /** Only these; all when absent. */
  sessions?: readonly string[];
}

/** Sessions with tokens or active time in a stretch of time, and their active time inside it. */
export interface Presence {
  sessions: number;
  activeMs: number;
}

export interface Activity {
  /** One a bucket, in order. */
  buckets: readonly Presence[];
  /** Over all buckets; a session that was in several counts once. */
  whole: Presence;
  /** Slots with tokens, ascending, and the tokens in each. */
  slots: Float64Array;
  tokens: Float64Array;
}

/**
 * Counts presences into buckets. Sessions are numbers from 0 below `sessions`; a session's buckets are the bits of one number,
 * so that each counts once however many spans it has.
 */
export class Tally {
  readonly #edges: Float64Array;
  readonly #seenIn: Int32Array;
  readonly #activeMs: Float64Array;

  constructor(edges: readonly number[], sessions: number) {
    if (edges.length - 1 > mostBuckets) throw new RangeError(`more than ${mostBuckets} buckets`);
    this.#edges = Float64Array.from(edges);
    this.#seenIn = new Int32Array(sessions);
    this.#activeMs = new Float64Array(edges.length - 1);
  }

  /** A span of active time; an empty one (`to` = `from`) says only that the session was there. */
  add(session: number, from: number, to: number): void {
    const edges = this.#edges;
    const last = edges.length - 1;
    if (to < edges[0]! || from >= edges[last]!) return;
    for (let i = this.#bucketOf(from); i < last; i++) {
      const ms = Math.min(to, edges[i + 1]!) - Math.max(from, edges[i]!);
      if (ms > 0) this.#activeMs[i]! += ms;
      if (ms > 0 || from === to) this.#seenIn[session]! |= 1 << i;
      if (to <= edges[i + 1]!) return;
    }
  }

  buckets(): Presence[] {
    const sessions = new Int32Array(this.#activeMs.length);
    for (const seen of this.#seenIn) {
      for (let left = seen; left !== 0; left &= left - 1) sessions[31 - Math.clz32(left & -left)]! += 1;
    }
    return Array.from(this.#activeMs, (activeMs, i) => ({ sessions: sessions[i]!, activeMs }));
  }

  whole(): Presence {
    let sessions = 0;
    for (const seen of this.#seenIn) if (seen !== 0) sessions += 1;
    return { sessions, activeMs: this.#activeMs.reduce((sum, ms) => sum + ms, 0) };
  }

  /** The last bucket that begins at `time` or before; the first for what is earlier. */
  #bucketOf(time: number): number {
    let low = 0;
    let high = this.#edges.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#edges[middle]! <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
