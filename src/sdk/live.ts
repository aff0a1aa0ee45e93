import type { ReplFrame } from '../contract/socket.ts';
import { bearerOf } from './client.ts';
import { followEvents } from './events.ts';
import type { EventFrame, FollowEvents } from './events.ts';
import { Follow } from './follow.ts';
import type { Following, LiveFrame, LiveListener } from './follow.ts';
import { Frames } from './frames.ts';
import { everySession, Line } from './line.ts';
import type { FindServer, Server } from './server.ts';
import { replFrames } from './repl-frames.ts';
import { realTiming } from './timing.ts';
import type { Timing } from './timing.ts';

/** Live views of a server's sessions that survive a bad network. */
export interface Live {
  /**
   * The frames of a session, or of every one with `*`, as they come. After a dropped connection they go on where they were:
   * each event comes once and in order, and where the server can't tell some of them any more, there is a frame `gap`. Leaving
   * the loop ends it. Throws a `StintError` when the server said that this will never work.
   *
   * @example
   * for await (const frame of live.follow(id)) if (frame.type === 'alert') notify(frame.message);
   */
  follow: (session: string, options?: FollowOptions) => AsyncGenerator<LiveFrame, void, undefined>;
  /** The same for a listener; nothing waits. */
  listen: (session: string, listener: LiveListener, after?: number) => Following;
  /**
   * What the commands of a REPL session print while they run: that one began, what it prints, how it ended. What runs already is
   * told from its beginning, and nothing twice, also where the connection drops. Who takes frames slowly has them put together; where
   * some had to be dropped, the next one's `from` is not where the last one ended. The journal has all of it at the command's end.
   *
   * @example
   * for await (const frame of live.followRepl(id)) if (frame.type === 'repl_output') process.stdout.write(frame.text);
   */
  followRepl: (session: string, options?: Pick<FollowOptions, 'signal'>) => AsyncGenerator<ReplFrame, void, undefined>;
  /** A session's journal from its beginning, or after a `seq`, and then each event as it happens, over server-sent events. */
  followEvents: (session: string, options?: FollowEvents) => AsyncGenerator<EventFrame, void, undefined>;
  /** Ends all that is followed; nothing is left that keeps the process alive. */
  close: () => void;
}

export interface FollowOptions {
  /** The cursor of the last frame that was heard; without it, what happens from now on, after the present state. */
  after?: number | undefined;
  signal?: AbortSignal;
}

export { everySession };

/**
 * `server`: where it is, or a function that looks for it before each attempt. Throws where the runtime has no WebSocket: every
 * attempt would fail.
 */
export const connect = (server: Server | FindServer, timing: Timing = realTiming): Live => {
  if (typeof WebSocket === 'undefined')
    throw new Error('this runtime has no WebSocket: the SDK needs Node 22 or newer, or a browser');
  // A token that is none is told of now, not tried again for ever.
  if (typeof server !== 'function') bearerOf(server.token);
  const find = typeof server === 'function' ? server : () => Promise.resolve(server);
  const lines = new Set<Line>();
  const closed = new AbortController();

  const listen = (session: string, listener: LiveListener, after?: number): Following => {
    closed.signal.throwIfAborted();
    const line = [...lines].find((one) => one.takes(session)) ?? new Line(find, timing);
    const follow = new Follow(session, after, {
      onFrame: listener.onFrame,
      ...(listener.onRepl && { onRepl: listener.onRepl }),
      onRefused: (why) => {
        close();
        listener.onRefused?.(why);
      },
    });
    const close = () => {
      closed.signal.removeEventListener('abort', close);
      line.remove(follow);
      if (line.isIdle) lines.delete(line);
    };
    lines.add(line);
    line.add(follow);
    closed.signal.addEventListener('abort', close);
    return {
      get cursor() {
        return follow.cursor;
      },
      close,
    };
  };

  return {
    listen,
    follow: (session, { after, signal } = {}) => {
      const ends = AbortSignal.any([closed.signal, ...(signal ? [signal] : [])]);
      return new Frames((listener, from) => listen(session, listener, from), after, ends).all();
    },
    followRepl: (session, { signal } = {}) => {
      const ends = AbortSignal.any([closed.signal, ...(signal ? [signal] : [])]);
      return replFrames((listener) => listen(session, listener), ends);
    },
    followEvents: (session, { after, signal } = {}) => {
      const ends = AbortSignal.any([closed.signal, ...(signal ? [signal] : [])]);
      return followEvents({ find, timing, session, after: after ?? -1, signal: ends });
    },
    close: () => closed.abort(),
  };
};
