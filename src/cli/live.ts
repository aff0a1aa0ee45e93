import { connect } from '../sdk/live.ts';
import type { Following, LiveFrame } from '../sdk/index.ts';
import type { Connection } from './connection.ts';
import { toFailure } from './api.ts';

/** A session, or every one, followed over the server's socket, wherever the server is by then. */

/** What is heard of a followed session. */
export type ServerFrame = Exclude<LiveFrame, { type: 'away' | 'back' }>;

export interface Listener {
  onFrame: (frame: ServerFrame) => void;
  /** The socket is open and the state will be told, at first and after each time that it was away. */
  onBack?: (connection: Connection) => void;
  /** The server does not answer; it is tried again until `close`. */
  onAway?: () => void;
  /** It answered that this will never work. */
  onRefused?: (failure: unknown) => void;
}

/** A server that can't be looked for, as its token is missing, is waited for like one that is away. */
export const follow = (find: () => Promise<Connection | undefined>, session: string, listener: Listener): Following => {
  let found: Connection | undefined;
  const live = connect(async () => (found = await find()));
  return live.listen(session, {
    onFrame: (frame) => {
      if (frame.type === 'away') listener.onAway?.();
      else if (frame.type !== 'back') listener.onFrame(frame);
      else if (found) listener.onBack?.(found);
    },
    onRefused: (why) => listener.onRefused?.(toFailure(why)),
  });
};
