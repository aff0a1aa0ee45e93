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
import type { SessionSummary } from '../../journal/sessions.ts';
import { maySee } from '../rights.ts';
import { timerUpdate, tokenState } from './frames.ts';
import { socketVersion } from './handshake.ts';
import { everySession } from './hub.ts';
import type { Hub, Subscriber } from './hub.ts';

/** The timer's socket at `/ws`: live views of sessions. */

const badFramesTolerated = 20;
/** A reader that falls further behind is cut off, and catches up from the journal. */
const behindBytes = 1024 * 1024;
/** Who sends more frames than are answered is not read on until they are. */
const mostWaiting = 16;
/** What came before reading stopped waits too; past this the socket is closed. */
const mostWaitingEver = 10_000;
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
  const subscriber = newSubscriber(parts, socket, request);
  let bad = 0;
  let waiting = 0;
  let turn = Promise.resolve();

  const hear = async (data: Buffer | undefined): Promise<void> => {
    if (!subscriber.isOpen()) return;
    const refusal = await answer(parts, hub, subscriber, { data, log: request.log, crowded: waiting >= mostWaiting });
    bad = refusal ? bad + 1 : 0;
    if (refusal) subscriber.send(JSON.stringify(refusal));
    if (bad >= badFramesTolerated) socket.close(closeBad, 'too many messages that make no sense');
  };

  socket.on('message', (data, isBinary) => {
    waiting += 1;
    if (waiting > mostWaitingEver) {
      socket.close(closeBad, 'too many messages at once');
      return;
    }
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
    socket.close(closeBad, 'the token is good no more, or its user has another role');
    setTimeout(() => socket.terminate(), answerMs).unref();
  });
  const goAway = () => socket.close(closeGoingAway, 'the server is stopping');
  parts.stopping.addEventListener('abort', goAway, { once: true });
  if (parts.stopping.aborted) goAway();
  parts.metrics.socketOpened();
  socket.on('close', () => {
    parts.metrics.socketClosed();
    stopWatching();
    parts.stopping.removeEventListener('abort', goAway);
    hub.leave(subscriber);
  });
};

const newSubscriber = ({ metrics }: FaceParts, socket: WebSocket, request: FastifyRequest): Subscriber => {
  let tell: (() => void) | undefined;
  const written = () => {
    if (socket.bufferedAmount === 0) tell?.();
  };
  socket.on('close', () => tell?.());
  return {
    caller: callerOf(request),
    isOpen: () => socket.readyState === socket.OPEN,
    send: (text) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > behindBytes) {
        metrics.readerCutOff();
        socket.close(closeBehind, 'too far behind');
        return;
      }
      metrics.frameSent();
      socket.send(text, written);
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
  { data, log, crowded }: { data: Buffer | undefined; log: FastifyBaseLogger; crowded: boolean },
): Promise<ErrorFrame | undefined> => {
  let sessionId: string | undefined;
  try {
    const frame = frameIn(data);
    sessionId = frame.sessionId;
    await perform(parts, hub, subscriber, { ...frame, crowded });
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

const perform = async (
  parts: FaceParts,
  hub: Hub,
  subscriber: Subscriber,
  { type, sessionId, crowded }: ClientFrame & { crowded: boolean },
): Promise<void> => {
  if (type === 'unsubscribe') return hub.unsubscribe(subscriber, sessionId);
  if (sessionId === everySession) {
    if (type === 'subscribe') await hub.subscribe(subscriber, sessionId);
    else if (crowded && performance.now() - (toldAll.get(subscriber) ?? -Infinity) < tellAllMs) return undefined;
    await tellAll(parts, subscriber);
    toldAll.set(subscriber, performance.now());
    return undefined;
  }
  const summary = isId(sessionId) ? await parts.sessions.get(sessionId) : undefined;
  if (summary === undefined || !maySee(subscriber.caller.user, summary)) {
    throw new Problem('session_not_found', 'there is no such session');
  }
  if (type === 'subscribe') await hub.subscribe(subscriber, sessionId);
  await tell(parts, subscriber, sessionId);
};

/** When a subscriber was last told of all sessions: of a crowd of pings, those that come right after are answered by that. */
const toldAll = new WeakMap<Subscriber, number>();
const tellAllMs = 1000;

/** The state of a session, at once. */
const tell = async (parts: FaceParts, { send }: Subscriber, sessionId: string): Promise<void> => {
  const state = await parts.runner.state(sessionId);
  if (state === undefined) return;
  const now = parts.clock.now();
  send(JSON.stringify(timerUpdate(parts.summarize(sessionId, state), now)));
  send(JSON.stringify(tokenState(sessionId, state, now)));
};

/** The state of a session as the list has it: the projection goes with it only where it costs no read. */
const tellBriefly = (parts: FaceParts, { send }: Subscriber, summary: SessionSummary, now: number): void => {
  send(JSON.stringify(timerUpdate(summary, now)));
  const state = parts.runner.inMemory(summary.id);
  const tokens = { type: 'token_update', sessionId: summary.id, tokensUsed: 0, totalUsed: summary.tokensUsed } as const;
  send(JSON.stringify(state ? tokenState(summary.id, state, now) : tokens));
};

/** The state of every session that is open and that the caller may see, as fast as it is read. */
const tellAll = async (parts: FaceParts, subscriber: Subscriber): Promise<void> => {
  for (const status of ['active', 'paused'] as const) {
    for (let after: { startTime: number; id: string } | undefined; ;) {
      const list = await parts.sessions.list({ status, limit: listPage, ...(after ? { after } : {}) });
      const now = parts.clock.now();
      for (const summary of list.sessions)
        if (maySee(subscriber.caller.user, summary)) tellBriefly(parts, subscriber, summary, now);
      await subscriber.sent();
      // Others have their turn between pages.
      await new Promise((resolve) => setImmediate(resolve));
      if (!subscriber.isOpen()) return;
      after = list.sessions.at(-1);
      if (!list.more) break;
    }
  }
};
