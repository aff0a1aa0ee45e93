import type { Caller } from '../../access/access.ts';
import type { ServerFrame } from '../../contract/socket.ts';

/** One open socket, as the hub sees it. */
export interface Subscriber {
  readonly caller: Caller;
  /** The sessions that it named; the hub's. */
  readonly named: Set<string>;
  readonly isOpen: () => boolean;
  /** Text in UTF-8. */
  readonly send: (text: Buffer) => void;
  /** Resolves when all that was sent is on its way, or the socket is gone; who does not read for too long is cut off. */
  readonly sent: () => Promise<void>;
}

export const textOf = (frame: ServerFrame): Buffer => Buffer.from(JSON.stringify(frame));

/**
 * What a subscriber hears of one session, or of all: either live, or read from the journal until that has nothing newer. While
 * it is read, what happens only rings.
 */
export class Subscription {
  readonly subscriber: Subscriber;
  readonly session: string;
  /** It goes by cursors, and is told when there is a gap. */
  readonly resumes: boolean;
  /** Events up to this position have been told. */
  toldTo: number;
  #mode: 'live' | 'reading' | 'rung';

  constructor(subscriber: Subscriber, session: string, after?: number) {
    this.subscriber = subscriber;
    this.session = session;
    this.resumes = after !== undefined;
    this.toldTo = after ?? 0;
    this.#mode = after === undefined ? 'live' : 'reading';
  }

  /** The journal is about to be read: what rings from now on may be newer than what is found. */
  listen(): void {
    this.#mode = 'reading';
  }

  /** The journal had nothing newer: whether what comes next is live, or something rang meanwhile. */
  join(): boolean {
    if (this.#mode === 'reading') this.#mode = 'live';
    return this.#mode === 'live';
  }

  /** An event became durable. */
  tell(cursor: number, text: Buffer): void {
    if (this.#mode !== 'live') this.#mode = 'rung';
    else if (cursor > this.toldTo) {
      this.toldTo = cursor;
      this.subscriber.send(text);
    }
  }

  tick(text: Buffer): void {
    if (this.#mode === 'live') this.subscriber.send(text);
  }
}
