import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { isId } from '../../contract/ids.ts';
import { invalid, Problem } from '../../contract/problem.ts';
import { clientFrame } from '../../contract/socket.ts';
import type { ClientFrame, ErrorFrame } from '../../contract/socket.ts';
import { callerOf } from '../http/guard.ts';
import { parseJson } from '../http/json-body.ts';
import type { FaceParts } from '../http/parts.ts';
import { toProblem } from '../http/problems.ts';
import { timerUpdate, tokenState } from './frames.ts';
import { socketVersion } from './handshake.ts';
import { everySession, maySee } from './hub.ts';
import type { Hub, Subscriber } from './hub.ts';

/** The timer's socket at `/ws`: live views of sessions. */

const badFramesTolerated = 20;
/** A reader that falls further behind is cut off, and catches up from the journal. */
const behindBytes = 1024 * 1024;
/** Who sends more frames than are answered is not read on until they are. */
const mostWaiting = 16;
const listPage = 200;
/** Who has lost the right to be here has this long to answer the farewell. */
const answerMs = 400;

const closeBad = 1008;
const closeBehind = 1013;
const closeGoingAway = 1001;

export const socketRoutes = (parts: FaceParts, hub: Hub) => async (app: FastifyInstance) => {
  app.route({
    method: 'GET',
    url: '/ws',
    config: { socket: true },
    schema: { hide: true },
    handler: refuseRequest,
    wsHandler: (socket, request) => serve(parts, hub, socket, request),
  });
};

const refuseRequest = (_request: FastifyRequest, reply: FastifyReply): never => {
  void reply.header('sec-websocket-version', socketVersion);
  throw invalid([{ path: 'Upgrade', message: `this path is a WebSocket (version ${socketVersion})` }]);
};

/**
 * One open socket.
 *
 *  S1  Frames are answered in the order they came in.
 *  S2  Nothing is done for a socket that is closing, and the hub holds none that is closed.
 *  S3  What waits to be answered, and what waits to be read, is bounded.
 */
const serve = (parts: FaceParts, hub: Hub, socket: WebSocket, request: FastifyRequest): void => {
  const subscriber = newSubscriber(socket, request);
  let bad = 0;
  let waiting = 0;
  let turn = Promise.resolve();

  const hear = async (data: Buffer | undefined): Promise<void> => {
    if (socket.readyState !== socket.OPEN) return;
    const refusal = await answer(parts, hub, subscriber, { data, log: request.log });
    bad = refusal ? bad + 1 : 0;
    if (refusal) subscriber.send(JSON.stringify(refusal));
    if (bad >= badFramesTolerated) socket.close(closeBad, 'too many messages that make no sense');
  };

  socket.on('message', (data, isBinary) => {
    waiting += 1;
    if (waiting >= mostWaiting) socket.pause();
    turn = turn
      .then(() => hear(isBinary ? undefined : (data as Buffer)))
      .finally(() => {
        waiting -= 1;
        if (waiting < mostWaiting && socket.isPaused) socket.resume();
        if (socket.readyState === socket.CLOSED) hub.leave(subscriber);
      });
  });
  const stopWatching = parts.access.whileGood(subscriber.caller, () => {
    socket.close(closeBad, 'the token was revoked or has expired');
    setTimeout(() => socket.terminate(), answerMs).unref();
  });
  const goAway = () => socket.close(closeGoingAway, 'the server is stopping');
  parts.stopping.addEventListener('abort', goAway, { once: true });
  if (parts.stopping.aborted) goAway();
  socket.on('close', () => {
    stopWatching();
    parts.stopping.removeEventListener('abort', goAway);
    hub.leave(subscriber);
  });
};

const newSubscriber = (socket: WebSocket, request: FastifyRequest): Subscriber => {
  let tell: (() => void) | undefined;
  const written = () => {
    if (socket.bufferedAmount === 0) tell?.();
  };
  socket.on('close', () => tell?.());
  return {
    caller: callerOf(request),
    send: (text) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > behindBytes) socket.close(closeBehind, 'too far behind');
      else socket.send(text, written);
    },
    sent: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (socket.bufferedAmount === 0 || socket.readyState !== socket.OPEN) resolve();
      tell = resolve;
      return promise;
    },
  };
};

/** Does what a frame asks; resolves to the refusal when there is one. */
const answer = async (
  parts: FaceParts,
  hub: Hub,
  subscriber: Subscriber,
  { data, log }: { data: Buffer | undefined; log: FastifyBaseLogger },
): Promise<ErrorFrame | undefined> => {
  let sessionId: string | undefined;
  try {
    const frame = frameIn(data);
    sessionId = frame.sessionId;
    await perform(parts, hub, subscriber, frame);
    return undefined;
  } catch (error) {
    const { kind, message, status, cause } = toProblem(error);
    if (status >= 500) log.error({ err: cause ?? error, kind }, 'a message could not be answered');
    return { type: 'error', ...(sessionId === undefined ? {} : { sessionId }), code: kind, message };
  }
};

const frameIn = (data: Buffer | undefined): ClientFrame => {
  const parsed = clientFrame.safeParse(data && parseJson(data));
  if (parsed.success) return parsed.data;
  throw new Problem('invalid_request', 'send {"type": "subscribe" | "unsubscribe" | "ping", "sessionId": "…"}');
};

const perform = async (parts: FaceParts, hub: Hub, subscriber: Subscriber, frame: ClientFrame): Promise<void> => {
  const { type, sessionId } = frame;
  if (type === 'unsubscribe') return hub.unsubscribe(subscriber, sessionId);
  if (sessionId === everySession) {
    if (type === 'subscribe') await hub.subscribe(subscriber, sessionId);
    return tellAll(parts, subscriber);
  }
  const summary = isId(sessionId) ? await parts.sessions.get(sessionId) : undefined;
  if (summary === undefined || !maySee(subscriber.caller, summary)) {
    throw new Problem('session_not_found', 'there is no such session');
  }
  if (type === 'subscribe') await hub.subscribe(subscriber, sessionId);
  await tell(parts, subscriber, sessionId);
};

/** The state of a session, at once. */
const tell = async (parts: FaceParts, { send }: Subscriber, sessionId: string): Promise<void> => {
  const state = await parts.runner.state(sessionId);
  if (state === undefined) return;
  const now = parts.clock.now();
  send(JSON.stringify(timerUpdate(parts.summarize(sessionId, state), now)));
  send(JSON.stringify(tokenState(sessionId, state, now)));
};

/** The state of every session that is open and that the caller may see, as fast as it is read. */
const tellAll = async (parts: FaceParts, subscriber: Subscriber): Promise<void> => {
  for (const status of ['active', 'paused'] as const) {
    for (let after: { startTime: number; id: string } | undefined; ;) {
      const list = await parts.sessions.list({ status, limit: listPage, ...(after ? { after } : {}) });
      for (const summary of list.sessions) {
        if (maySee(subscriber.caller, summary)) await tell(parts, subscriber, summary.id);
      }
      await subscriber.sent();
      after = list.sessions.at(-1);
      if (!list.more) break;
    }
  }
};
