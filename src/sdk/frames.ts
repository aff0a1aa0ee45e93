import type { StintError } from './client.ts';
import type { Following, LiveFrame, LiveListener } from './follow.ts';

type Listen = (listener: LiveListener, after: number | undefined) => Following;

/** Whoever takes frames so slowly that so many wait is heard for no more until they have taken them. */
const mostWaiting = 10_000;

/** Frames for a loop that takes them one by one. */
export class Frames {
  readonly #listen: Listen;
  readonly #signal: AbortSignal;
  #after: number | undefined;
  #waiting: LiveFrame[] = [];
  #following: Following | undefined;
  #refused: StintError | undefined;
  #wake: () => void = () => {};

  constructor(listen: Listen, after: number | undefined, signal: AbortSignal) {
    this.#listen = listen;
    this.#after = after;
    this.#signal = signal;
  }

  async *all(): AsyncGenerator<LiveFrame, void, undefined> {
    const wake = () => this.#wake();
    this.#signal.addEventListener('abort', wake);
    try {
      while (!this.#signal.aborted) {
        const frames = this.#waiting;
        this.#waiting = [];
        for (const frame of frames) {
          yield frame;
          if (this.#signal.aborted) return;
        }
        if (this.#waiting.length > 0) continue;
        if (this.#refused) throw this.#refused;
        this.#following ??= this.#begin();
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          if (this.#waiting.length > 0 || this.#refused || this.#signal.aborted) resolve();
        });
      }
    } finally {
      this.#signal.removeEventListener('abort', wake);
      this.#following?.close();
    }
  }

  #begin(): Following {
    return this.#listen(
      {
        onFrame: (frame) => {
          this.#waiting.push(frame);
          if (this.#waiting.length >= mostWaiting) this.#rest();
          this.#wake();
        },
        onRefused: (why) => {
          this.#refused = why;
          this.#wake();
        },
      },
      this.#after,
    );
  }

  /** What has still to be heard stays with the server. */
  #rest(): void {
    this.#after = this.#following?.cursor;
    this.#following?.close();
    this.#following = undefined;
  }
}
