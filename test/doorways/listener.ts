import { WebSocket } from 'ws';
import type { ServerFrame } from '../../src/contract/socket.ts';
import { ownerToken } from './doorway.ts';
import type { Doorway } from './doorway.ts';

export interface ListenWith {
  /** The owner's when absent, none when empty. */
  token?: string;
  ticket?: string;
  headers?: Record<string, string>;
}

export type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** A client of the socket at `/ws`: every frame that comes, in order, to be waited for. */
export class Listener {
  readonly socket: WebSocket;
  /** Resolves when the socket is closed, to the code and the reason. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #frames: ServerFrame[] = [];
  #wake: () => void = () => undefined;
  #isClosed = false;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.#frames.push(JSON.parse((data as Buffer).toString()) as ServerFrame);
      this.#wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#isClosed = true;
        this.#wake();
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  /** Rejects with the status of the answer where the server refuses. */
  static async open(door: Doorway, { token = ownerToken, ticket, headers = {} }: ListenWith = {}): Promise<Listener> {
    const query = ticket === undefined ? '' : `?ticket=${encodeURIComponent(ticket)}`;
    const authorization = token === '' || ticket !== undefined ? {} : { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${door.url.replace('http', 'ws')}/ws${query}`, {
      headers: { ...authorization, ...headers },
    });
    const listener = new Listener(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('unexpected-response', (_, response) => {
        response.destroy();
        reject(new Refused(response.statusCode ?? 0));
      });
      socket.once('error', reject);
    });
    return listener;
  }

  send(frame: unknown): void {
    this.socket.send(JSON.stringify(frame));
  }

  subscribe(sessionId: string, after?: number | 'now'): void {
    this.send({ type: 'subscribe', sessionId, ...(after === undefined ? {} : { after }) });
  }

  /** The next frame; rejects when the socket closes before one comes. */
  async next(): Promise<ServerFrame> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame) return frame;
      if (this.#isClosed) throw new Error('the socket was closed before the next frame');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async take(count: number): Promise<ServerFrame[]> {
    const met: ServerFrame[] = [];
    while (met.length < count) met.push(await this.next());
    return met;
  }

  /** The next frame of a type; those of other types before it are passed over. */
  async nextOf<T extends ServerFrame['type']>(type: T): Promise<FrameOf<T>> {
    for (;;) {
      const frame = await this.next();
      if (frame.type === type) return frame as FrameOf<T>;
    }
  }

  /** All frames up to the answer to a ping of this session: whatever was to come before it has come. */
  async untilPing(sessionId: string): Promise<ServerFrame[]> {
    this.#frames.length = 0;
    this.send({ type: 'ping', sessionId });
    const met: ServerFrame[] = [];
    for (;;) {
      const frame = await this.next();
      met.push(frame);
      if (frame.type === 'token_update' && frame.sessionId === sessionId && frame.tokensUsed === 0) return met;
    }
  }

  close(): void {
    this.socket.terminate();
  }
}

/** The server did not open a socket. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}
