import type { Caller } from '../../access/access.ts';
import type { WebSocket } from 'ws';
import type { Subscriber } from './subscription.ts';

/** A reader that falls further behind is cut off, and catches up from the journal. */
const behindBytes = 1024 * 1024;
/** Who is read to from the journal and takes nothing for so long is cut off too, ms. */
const patienceMs = 30_000;
const closeBehind = 1013;
/** Bytes of JSON as a message of text. */
const asText = { binary: false };

export const newSubscriber = (socket: WebSocket, caller: Caller): Subscriber => {
  let tell: (() => void) | undefined;
  const written = () => {
    if (tell && socket.bufferedAmount === 0) tell();
  };
  const cutOff = () => socket.close(closeBehind, 'too far behind');
  socket.on('close', () => tell?.());
  return {
    caller,
    named: new Set(),
    isOpen: () => socket.readyState === socket.OPEN,
    send: (text) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > behindBytes) cutOff();
      else socket.send(text, asText, written);
    },
    sent: async () => {
      if (socket.bufferedAmount === 0 || socket.readyState === socket.CLOSED) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const patience = setTimeout(cutOff, patienceMs);
      tell = resolve;
      await promise;
      tell = undefined;
      clearTimeout(patience);
    },
  };
};
