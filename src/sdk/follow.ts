import type { ErrorFrame, GapFrame, ReplFrame, ResumedFrame, ServerFrame, SessionFrame } from '../contract/socket.ts';
import type { StintError } from './client.ts';
import { ReplPlace } from './repl-place.ts';
import { refusedWith } from './server.ts';

/** What a follower hears: the server's frames, and how the connection is. */
export type LiveFrame =
  | SessionFrame
  | GapFrame
  /** The server does not answer; it is tried again. */
  | { type: 'away' }
  /**
   * The connection is there, at first and after each time that it dropped; what happened meanwhile comes next. Whoever keeps
   * frames keeps no token: only where the server is, is said.
   */
  | { type: 'back'; url: string };

export interface LiveListener {
  onFrame: (frame: LiveFrame) => void;
  /** Of a REPL session that is followed by its id: what its commands print while they run, each character once. */
  onRepl?: (frame: ReplFrame) => void;
  /** The server said that this will never work, and why: the token was revoked, the session is not there. */
  onRefused?: (why: StintError) => void;
}

export interface Following {
  /** To go on from, in another process too; undefined before the server has answered. */
  readonly cursor: number | undefined;
  close: () => void;
}

/**
 * One session, or all, as it is followed over any number of connections.
 *
 *  F1  Each event is heard once and in order: a cursor that was passed is not passed again, until a gap says where it goes on.
 *  F2  Only events and verdicts move the cursor: a state may be told while older events are still on their way.
 */
export class Follow {
  readonly session: string;
  readonly #listener: LiveListener;
  readonly #repl = new ReplPlace();
  #cursor: number | undefined;

  constructor(session: string, after: number | undefined, listener: LiveListener) {
    this.session = session;
    this.#cursor = after;
    this.#listener = listener;
  }

  get cursor(): number | undefined {
    return this.#cursor;
  }

  /** What the server is to be told. */
  get subscribe(): string {
    return JSON.stringify({ type: 'subscribe', sessionId: this.session, after: this.#cursor ?? 'now' });
  }

  hear(frame: SessionFrame | ReplFrame | GapFrame | ResumedFrame): void {
    if (frame.type === 'resumed') this.#cursor = frame.cursor;
    else if (frame.type === 'repl_command' || frame.type === 'repl_output') this.#hearRepl(frame);
    else if (frame.type === 'gap') this.#gap(frame);
    else if (this.#isNews(frame)) this.#listener.onFrame(frame);
  }

  tell(frame: LiveFrame): void {
    this.#listener.onFrame(frame);
  }

  refuse(why: StintError): void {
    this.#listener.onRefused?.(why);
  }

  #hearRepl(frame: ReplFrame): void {
    const news = this.#repl.newsOf(frame);
    if (news) this.#listener.onRepl?.(news);
  }

  #gap(frame: GapFrame): void {
    this.#cursor = frame.cursor;
    this.#listener.onFrame(frame);
  }

  /** F1, F2. */
  #isNews({ cursor, seq }: SessionFrame): boolean {
    if (cursor === undefined || seq === undefined) return true;
    if (this.#cursor !== undefined && cursor <= this.#cursor) return false;
    this.#cursor = cursor;
    return true;
  }
}

/** Why a follower is to be let go, when a frame is the last it hears. */
export const endOf = (frame: ServerFrame): StintError | undefined => {
  if (frame.type === 'error') return refusedWith(frame.code, (frame satisfies ErrorFrame).message);
  if (frame.type !== 'gap' || frame.reason !== 'session_gone') return undefined;
  return refusedWith('session_not_found', 'there is no such session');
};
