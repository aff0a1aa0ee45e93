import type { Caller } from '../../access/access.ts';
import type { WebSocket } from 'ws';
import type { FaceParts } from '../http/parts.ts';
import { behindBytes } from './subscription.ts';
import type { Subscriber } from './subscription.ts';

const fullBytes = 64 * 1024;
/** Who has not read all that waits within this time is cut off too, ms. */
const patienceMs = 60_000;
const closeBehind = 1013;
/** Bytes of JSON as a message of text. */
const asText = { binary: false };

interface Reader {
  caller: Caller;
  catchUp: Subscriber['catchUp'];
  metrics: FaceParts['metrics'];
}

export const newSubscriber = (socket: WebSocket, { caller, catchUp, metrics }: Reader): Subscriber => {
  let waiting: PromiseWithResolvers<void> | undefined;
  const settle = () => {
    waiting?.resolve();
    waiting = undefined;
  };
  const written = () => {
    if (waiting && socket.bufferedAmount === 0) settle();
  };
  const isOpen = () => socket.readyState === socket.OPEN;
  const cutOff = () => {
    if (!isOpen()) return;
    metrics.readerCutOff();
    socket.close(closeBehind, 'too far behind');
  };
  socket.on('close', settle);
  return {
    caller,
    named: new Set(),
    isOpen,
    isFull: () => socket.bufferedAmount > fullBytes,
    send: (text) => {
      if (!isOpen()) return;
      if (socket.bufferedAmount > behindBytes) return cutOff();
      metrics.frameSent();
      socket.send(text, asText, written);
    },
    sent: async () => {
      if (socket.bufferedAmount === 0 || socket.readyState === socket.CLOSED) return;
      const patience = setTimeout(cutOff, patienceMs);
      waiting ??= Promise.withResolvers();
      await waiting.promise;
      clearTimeout(patience);
    },
    catchUp,
    cutOff,
  };
};
