import type { ServerFrame } from '../contract/socket.ts';
import type { StintError } from './client.ts';
import { endOf } from './follow.ts';
import type { Follow } from './follow.ts';
import { isFinal, ticketOf } from './server.ts';
import type { FindServer, Server } from './server.ts';
import { backoffMs } from './timing.ts';
import type { Timing } from './timing.ts';

export const everySession = '*';

/** An attempt that takes longer has failed, ms. */
const openingMs = 10_000;
/** A socket that is silent for so long is asked whether it is still there; as long again without an answer, it is not, ms. */
const silenceMs = 15_000;

/**
 * One socket that is kept open while anybody follows something over it.
 *
 *  L1  One socket at a time; what an older one still says is not heard.
 *  L2  When nobody follows anything, nothing is left that keeps the process alive.
 *  L3  Who follows all has a line of their own, and each session has one follower on a line: a frame says which session it is of,
 *      but not which subscription.
 */
export class Line {
  readonly #find: FindServer;
  readonly #timing: Timing;
  readonly #follows = new Map<string, Follow>();
  #socket: WebSocket | undefined;
  #attempt: AbortController | undefined;
  #stopTimer: () => void = () => {};
  #failures = 0;
  #heardAt = 0;
  #isAway = false;

  constructor(find: FindServer, timing: Timing) {
    this.#find = find;
    this.#timing = timing;
  }

  get isIdle(): boolean {
    return this.#follows.size === 0;
  }

  /** L3. */
  takes(session: string): boolean {
    if (session === everySession) return this.isIdle;
    return !this.#follows.has(everySession) && !this.#follows.has(session);
  }

  add(follow: Follow): void {
    const wasIdle = this.isIdle;
    this.#follows.set(follow.session, follow);
    if (wasIdle) void this.#connect();
    else if (this.#isOpen) this.#subscribe(follow);
  }

  remove(follow: Follow): void {
    if (this.#follows.get(follow.session) !== follow) return;
    this.#follows.delete(follow.session);
    if (this.isIdle) this.#drop();
    else if (this.#isOpen) this.#socket?.send(JSON.stringify({ type: 'unsubscribe', sessionId: follow.session }));
  }

  /** As they are now: who hears something may add others, or leave. */
  get #everyone(): Follow[] {
    return [...this.#follows.values()];
  }

  get #isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  async #connect(): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#wait(openingMs, () => this.#fail());
    try {
      const server = await this.#find();
      if (server === undefined) throw new Error('no server');
      const ticket = await ticketOf(server, attempt.signal);
      if (attempt === this.#attempt) this.#open(server, ticket);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (isFinal(error)) this.#refuse(error);
      else this.#fail();
    }
  }

  #open(server: Server, ticket: string): void {
    const socket = new WebSocket(`${server.url.replace(/^http/, 'ws')}/ws?ticket=${ticket}`);
    this.#socket = socket;
    let wasOpen = false;
    socket.addEventListener('open', () => {
      if (socket !== this.#socket) return; // L1
      wasOpen = true;
      this.#isAway = false;
      this.#heardAt = this.#timing.now();
      this.#watchSilence(false);
      for (const follow of this.#everyone) {
        follow.tell({ type: 'back', url: server.url });
        this.#subscribe(follow);
      }
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#hear(JSON.parse(String(data)) as ServerFrame); // L1
    });
    // `error` is always followed by `close`. Where the token is good no more, the next ticket is refused.
    socket.addEventListener('close', () => {
      if (socket !== this.#socket) return; // L1
      if (wasOpen) this.#retry();
      else this.#fail();
    });
  }

  #subscribe(follow: Follow): void {
    if (this.#isOpen && this.#follows.get(follow.session) === follow) this.#socket?.send(follow.subscribe);
  }

  #hear(frame: ServerFrame): void {
    this.#heardAt = this.#timing.now();
    this.#failures = 0;
    const { sessionId = '' } = frame;
    const follow = this.#follows.get(everySession) ?? this.#follows.get(sessionId);
    if (follow === undefined) return;
    if (frame.type !== 'error') follow.hear(frame);
    const end = endOf(frame);
    if (end === undefined || frame.sessionId !== follow.session) return;
    this.remove(follow);
    follow.refuse(end);
  }

  /** A connection that a sleeping machine or a lost network cut does not close by itself. */
  #watchSilence(asked: boolean): void {
    this.#wait(silenceMs, () => {
      if (this.#timing.now() - this.#heardAt < silenceMs) this.#watchSilence(false);
      else if (asked) this.#retry();
      else {
        const [sessionId] = this.#follows.keys();
        this.#socket?.send(JSON.stringify({ type: 'ping', sessionId }));
        this.#watchSilence(true);
      }
    });
  }

  /** Without a word: only what fails then counts as being away. */
  #retry(): void {
    this.#drop();
    if (!this.isIdle) this.#wait(backoffMs(this.#failures++, this.#timing), () => void this.#connect());
  }

  #fail(): void {
    const was = this.#isAway;
    this.#isAway = true;
    this.#retry();
    if (!was) for (const follow of this.#everyone) follow.tell({ type: 'away' });
  }

  #refuse(why: StintError): void {
    const follows = this.#everyone;
    this.#follows.clear();
    this.#drop();
    for (const follow of follows) follow.refuse(why);
  }

  /** L1, L2. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#attempt?.abort();
    this.#attempt = undefined;
    this.#stopTimer();
  }

  /** One thing at a time is waited for. */
  #wait(ms: number, call: () => void): void {
    this.#stopTimer();
    this.#stopTimer = this.#timing.after(ms, call);
  }
}
