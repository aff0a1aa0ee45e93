import type { Caller } from '../../access/access.ts';
import type { ServerFrame } from '../../contract/socket.ts';

/** One open socket, as the hub sees it. */
export interface Subscriber {
  readonly caller: Caller;
  /** The sessions that it named; the hub's. */
  readonly named: Set<string>;
  readonly isOpen: () => boolean;
  /** So much waits to be read that what happens is better left in the journal. */
  readonly isFull: () => boolean;
  /** Text in UTF-8. */
  readonly send: (text: Buffer) => void;
  /** Resolves when all that was sent is on its way, or the socket is gone; who does not read for too long is cut off. */
  readonly sent: () => Promise<void>;
  /** Reads for a subscription that lags what it missed, when the socket has room again. */
  readonly catchUp: (subscription: Subscription) => void;
  /** It is too far behind. */
  readonly cutOff: () => void;
}

/** A reader that falls further behind is cut off, and comes back with its cursor. */
export const behindBytes = 1024 * 1024;

export const textOf = (frame: ServerFrame): Buffer => Buffer.from(JSON.stringify(frame));

/**
 * What a subscriber hears of one session, or of all.
 *
 *  C1  It is either live, or read from the journal until that has nothing newer. While it is read, what happens only rings.
 *  C2  An event is told once: what was told is not told again, live or read.
 *  C3  Who does not read is read to from the journal as well, when there is room again: what waits in memory is bounded, however
 *      many stall.
 */
export class Subscription {
  readonly subscriber: Subscriber;
  readonly session: string;
  /** It goes by cursors, and is told when there is a gap. */
  readonly resumes: boolean;
  /** Events up to this position have been told. */
  toldTo: number;
  #mode: 'live' | 'reading' | 'rung';
  #isOver = false;
  /** Bytes that were not sent since it began to lag; undefined while it does not. */
  #missed: number | undefined;

  /** `after`: what is to be read first; live from `now` on when absent. */
  constructor(subscriber: Subscriber, session: string, { after, now }: { after: number | undefined; now: number }) {
    this.subscriber = subscriber;
    this.session = session;
    this.resumes = after !== undefined;
    this.toldTo = after ?? now;
    this.#mode = after === undefined ? 'live' : 'reading';
  }

  /** It was ended, or another took its place: what is still being read for it is not told. */
  end(): void {
    this.#isOver = true;
  }

  get isOpen(): boolean {
    return !this.#isOver && this.subscriber.isOpen();
  }

  /** The journal is about to be read: what rings from now on may be newer than what is found. */
  listen(): void {
    this.#mode = 'reading';
  }

  /** The journal had nothing newer: whether what comes next is live, or something rang meanwhile. */
  join(): boolean {
    if (this.#mode !== 'reading') return false;
    this.#mode = 'live';
    this.#missed = undefined;
    return true;
  }

  /** An event became durable. */
  tell(cursor: number, text: Buffer): void {
    if (this.#mode !== 'live') this.#mode = 'rung';
    else if (cursor <= this.toldTo) return;
    else if (this.subscriber.isFull()) this.#lag();
    else {
      this.toldTo = cursor;
      this.subscriber.send(text);
    }
    this.#miss(text);
  }

  /** A tick that is not heard is not missed: the next one says the same. */
  tick(text: Buffer): void {
    if (this.#mode === 'live' && !this.subscriber.isFull()) this.subscriber.send(text);
    else this.#miss(text);
  }

  #lag(): void {
    this.#mode = 'rung';
    this.#missed = 0;
    this.subscriber.catchUp(this);
  }

  #miss(text: Buffer): void {
    if (this.#missed === undefined) return;
    this.#missed += text.length;
    if (this.#missed > behindBytes) this.subscriber.cutOff();
  }
}
