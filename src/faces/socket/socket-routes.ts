import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { isId } from '../../contract/ids.ts';
import { Problem } from '../../contract/problem.ts';
import { clientFrame } from '../../contract/socket.ts';
import type { ClientFrame, ServerFrame } from '../../contract/socket.ts';
import { callerOf } from '../http/guard.ts';
import { parseJson } from '../http/json-body.ts';
import type { FaceParts } from '../http/parts.ts';
import { toProblem } from '../http/problems.ts';
import { timerUpdate, tokenState } from './frames.ts';
import { everySession, maySee } from './hub.ts';
import type { Hub, Subscriber } from './hub.ts';

/** The timer's socket at `/ws`: live views of sessions. */

const badFramesTolerated = 20;
/** A reader that falls further behind is cut off, and catches up from the journal. */
const behindBytes = 1024 * 1024;
const expiryLookMs = 30_000;

const closeBad = 1008;
const closeBehind = 1013;
const closeGoingAway = 1001;

export const socketRoutes = (parts: FaceParts, hub: Hub) => async (app: FastifyInstance) => {
  app.get('/ws', { websocket: true, config: { socket: true }, schema: { hide: true } }, (socket, request) =>
    serve(parts, hub, socket, request),
  );
};

const serve = (parts: FaceParts, hub: Hub, socket: WebSocket, request: FastifyRequest): void => {
  const caller = callerOf(request);
  const subscriber: Subscriber = {
    caller,
    send: (text) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > behindBytes) socket.close(closeBehind, 'too far behind');
      else socket.send(text);
    },
  };
  let bad = 0;
  // Frames of one socket are answered in the order they came in.
  let turn = Promise.resolve();
  socket.on('message', (data, isBinary) => {
    turn = turn.then(async () => {
      const refusal = await answer(parts, hub, subscriber, isBinary ? undefined : (data as Buffer));
      bad = refusal ? bad + 1 : 0;
      if (refusal) subscriber.send(JSON.stringify(refusal));
      if (bad >= badFramesTolerated) socket.close(closeBad, 'too many messages that make no sense');
    });
  });
  const expiry = setInterval(() => {
    if (!parts.access.stillGood(caller.token.id)) socket.close(closeBad, 'the token is no longer valid');
  }, expiryLookMs);
  const stopListening = parts.access.onRevoked((id) => {
    if (id === caller.token.id) socket.close(closeBad, 'the token was revoked');
  });
  const goAway = () => socket.close(closeGoingAway, 'the server is stopping');
  parts.stopping.addEventListener('abort', goAway, { once: true });
  socket.on('error', (error) => request.log.debug({ err: error }, 'a socket failed'));
  socket.on('close', () => {
    clearInterval(expiry);
    stopListening();
    parts.stopping.removeEventListener('abort', goAway);
    hub.leave(subscriber);
  });
};

/** Does what a frame asks; resolves to the refusal when there is one. */
const answer = async (
  parts: FaceParts,
  hub: Hub,
  subscriber: Subscriber,
  data: Buffer | undefined,
): Promise<ServerFrame | undefined> => {
  let sessionId: string | undefined;
  try {
    const frame = frameIn(data);
    sessionId = frame.sessionId;
    await perform(parts, hub, subscriber, frame);
    return undefined;
  } catch (error) {
    const { kind, message } = toProblem(error);
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

/** The state of every session that is open and that the caller may see. */
const tellAll = async (parts: FaceParts, subscriber: Subscriber): Promise<void> => {
  for (const status of ['active', 'paused'] as const) {
    for (let after: { startTime: number; id: string } | undefined; ; ) {
      const list = await parts.sessions.list({ status, limit: 200, ...(after ? { after } : {}) });
      for (const summary of list.sessions) {
        if (maySee(subscriber.caller, summary)) await tell(parts, subscriber, summary.id);
      }
      after = list.sessions.at(-1);
      if (!list.more) break;
    }
  }
};
