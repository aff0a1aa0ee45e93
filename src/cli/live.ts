import type { ServerFrame } from '../contract/socket.ts';
import { ask } from './api.ts';
import { clientOf } from './client.ts';
import type { Connection } from './connection.ts';
import { exitCodes, Failure } from './failure.ts';

export type { ServerFrame };

/** What is heard of a followed session. */
export interface Listener {
  onFrame: (frame: ServerFrame) => void;
  /** The socket is open and the state will be told, at first and after each time that it was away. */
  onBack?: (connection: Connection) => void;
  /** The server does not answer; it is tried again until `close`. */
  onAway?: () => void;
  /** It answered that this will never work. */
  onRefused?: (failure: Failure) => void;
}

export const everySession = '*';

const firstRetryMs = 200;
const longestRetryMs = 5000;
/** A socket that is silent for so long is asked whether it is still there; as long again without an answer, it is not, ms. */
const silenceMs = 15_000;

/**
 * Follows a session, or every one, over the server's socket, and comes back to it when the socket drops: also to a server that
 * was restarted elsewhere, as it is looked for each time.
 *
 *  L1  One socket at a time; what an older one still says is not heard.
 *  L2  After `close` nothing is heard and nothing is left that keeps the process alive.
 */
export class Live {
  readonly #find: () => Promise<Connection | undefined>;
  readonly #session: string;
  readonly #listener: Listener;
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #heardAt = 0;
  #retryMs = firstRetryMs;
  #closed = false;

  constructor(find: () => Promise<Connection | undefined>, session: string, listener: Listener) {
    this.#find = find;
    this.#session = session;
    this.#listener = listener;
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  async #connect(): Promise<void> {
    try {
      const connection = await this.#find();
      if (connection === undefined) return this.#away();
      const { ticket } = await ask(clientOf(connection).POST('/api/ws-ticket', { body: {} }));
      if (!this.#closed) this.#open(connection, ticket);
    } catch (error) {
      if (isFinal(error)) this.#refuse(error);
      else this.#away();
    }
  }

  #open(connection: Connection, ticket: string): void {
    const socket = new WebSocket(`${connection.url.replace(/^http/, 'ws')}/ws?ticket=${ticket}`);
    this.#socket = socket;
    let isOpen = false;
    socket.addEventListener('open', () => {
      if (socket !== this.#socket) return; // L1
      this.#retryMs = firstRetryMs;
      isOpen = true;
      this.#say('subscribe');
      this.#listener.onBack?.(connection);
      this.#watchSilence();
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#hear(String(data)); // L1
    });
    // `error` is always followed by `close`.
    socket.addEventListener('close', () => {
      if (socket !== this.#socket) return; // L1
      if (isOpen) this.#retry();
      else this.#away();
    });
  }

  #hear(text: string): void {
    this.#heardAt = performance.now();
    const frame = JSON.parse(text) as ServerFrame;
    if (frame.type === 'error') return this.#refuse(new Failure(exitCodeOf(frame.code), frame.code, frame.message));
    this.#listener.onFrame(frame);
  }

  #say(type: 'subscribe' | 'ping'): void {
    this.#heardAt = performance.now();
    this.#socket?.send(JSON.stringify({ type, sessionId: this.#session }));
  }

  /** A connection that a sleeping machine or a lost network cut does not close by itself. */
  #watchSilence(asked = false): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (performance.now() - this.#heardAt < silenceMs) this.#watchSilence();
      else if (asked) this.#retry();
      else {
        this.#say('ping');
        this.#watchSilence(true);
      }
    }, silenceMs);
  }

  /** Without a word: only what fails then counts as being away. */
  #retry(): void {
    this.#drop();
    if (!this.#closed) this.#timer = setTimeout(() => void this.#connect(), firstRetryMs); // L2
  }

  #away(): void {
    this.#drop();
    if (this.#closed) return; // L2
    this.#listener.onAway?.();
    this.#timer = setTimeout(() => void this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    clearTimeout(this.#timer);
  }

  #refuse(failure: Failure): void {
    if (this.#closed) return;
    this.close();
    this.#listener.onRefused?.(failure);
  }
}

const exitCodeOf = (code: string): number => (code === 'session_not_found' ? exitCodes.notFound : exitCodes.failed);

/** Not to be mended by trying again: the token, or the session, is not good. */
const isFinal = (error: unknown): error is Failure =>
  error instanceof Failure && ['unauthorized', 'forbidden'].includes(error.error);
