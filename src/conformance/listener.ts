import { Mismatch } from './mismatch.ts';
import { isObject, shown } from './judge.ts';
import type { Body } from './judge.ts';
import { jsonIn } from './http.ts';
import type { Target } from './http.ts';

const patienceMs = 5000;

/** A client of the socket at `/ws`: the frames that come, in order, to be waited for. */
export class Listener {
  readonly #socket: WebSocket;
  readonly #frames: Body[] = [];
  #wake: () => void = () => undefined;
  #closeCode: number | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const frame = jsonIn(String(data)) ?? `no JSON: ${String(data)}`;
      this.#frames.push(isObject(frame) ? frame : { frame });
      this.#wake();
    });
    socket.addEventListener('close', ({ code }) => {
      this.#closeCode = code;
      this.#wake();
    });
  }

  static async open({ url, token }: Target, query = ''): Promise<Listener> {
    const headers = token && query === '' ? { authorization: `Bearer ${token}` } : {};
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws${query}`, { headers });
    const listener = new Listener(socket);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve());
      socket.addEventListener('error', () => reject(new Mismatch('a WebSocket at /ws', 'no handshake')));
    });
    return listener;
  }

  send(frame: unknown): void {
    this.sendText(JSON.stringify(frame));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  subscribe(sessionId: string): void {
    this.send({ type: 'subscribe', sessionId });
  }

  /** The next frame that `fits`; those before it are passed over. */
  async next(what: string, fits: (frame: Body) => boolean, withinMs = patienceMs): Promise<Body> {
    const until = performance.now() + withinMs;
    const passed: Body[] = [];
    for (;;) {
      const frame = this.#frames.shift();
      if (frame && fits(frame)) return frame;
      if (frame) passed.push(frame);
      else if (this.#closeCode !== undefined) throw new Mismatch(what, `the socket closed with ${this.#closeCode}`);
      else if (!(await this.#change(until - performance.now())))
        throw new Mismatch(`${what} within ${withinMs} ms`, `only ${shown(passed.slice(-5))}`);
    }
  }

  nextOf(type: string, withinMs?: number): Promise<Body> {
    return this.next(`a ${type}`, (frame) => frame['type'] === type, withinMs);
  }

  /** All frames up to the answer to a ping of this session: what was to come before it has come. */
  async untilPing(sessionId: string): Promise<Body[]> {
    this.send({ type: 'ping', sessionId });
    const met: Body[] = [];
    await this.next('the answer to a ping', (frame) => {
      met.push(frame);
      return frame['type'] === 'token_update' && frame['sessionId'] === sessionId && frame['tokensUsed'] === 0;
    });
    return met;
  }

  /** All frames that come in a time. */
  async during(ms: number): Promise<Body[]> {
    const until = performance.now() + ms;
    while (performance.now() < until) await this.#change(until - performance.now());
    return this.#frames.splice(0);
  }

  /** The code with which the server closes the socket. */
  async closed(withinMs: number): Promise<number> {
    const until = performance.now() + withinMs;
    while (this.#closeCode === undefined) {
      if (!(await this.#change(until - performance.now())))
        throw new Mismatch(`the socket to be closed within ${withinMs} ms`, 'it is open');
    }
    return this.#closeCode;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  close(): void {
    this.#socket.close();
  }

  /** Resolves to true when something comes, to false when the time is up. */
  #change(withinMs: number): Promise<boolean> {
    if (withinMs <= 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), withinMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
