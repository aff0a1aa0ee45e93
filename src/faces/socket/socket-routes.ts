import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { invalid } from '../../contract/problem.ts';
import { callerOf } from '../http/guard.ts';
import type { FaceParts } from '../http/parts.ts';
import { answer } from './answer.ts';
import { socketVersion } from './handshake.ts';
import type { Hub } from './hub.ts';
import { ReplOutput } from './repl-output.ts';
import { catchUp } from './resume.ts';
import type { ResumeTools } from './resume.ts';
import { newSubscriber } from './subscriber.ts';
import { textOf } from './subscription.ts';
import type { Subscriber } from './subscription.ts';
import { Turns } from './turns.ts';

/** The timer's socket at `/ws`: live views of sessions. */

const badFramesTolerated = 20;
/** Who sends more frames than are answered is not read on until they are. */
const mostWaiting = 16;
/** What came before reading stopped waits too; past this the socket is closed. */
const mostWaitingEver = 10_000;
/** Who has lost the right to be here has this long to answer the farewell. */
const answerMs = 400;

const closeBad = 1008;
const closeGoingAway = 1001;

export const socketRoutes = (parts: FaceParts, hub: Hub) => async (app: FastifyInstance) => {
  const output = new ReplOutput(hub);
  const tools: ResumeTools = { parts, hub, turns: new Turns(), output };
  // One listener for all: a signal finds one among ten thousand no faster than by looking at each.
  const open = new Set<WebSocket>();
  parts.stopping.addEventListener('abort', () => open.forEach(goAway), { once: true });
  const stopHearing = parts.runner.onRemoved((session) => hub.removed(session));
  let stopOutput: (() => void) | undefined;
  app.addHook('onListen', async () => {
    stopOutput = output.follow(parts.repl.repl.live);
  });
  app.addHook('onClose', async () => {
    stopHearing();
    stopOutput?.();
  });
  app.route({
    method: 'GET',
    url: '/ws',
    config: { socket: true },
    schema: { hide: true },
    handler: refuseRequest,
    wsHandler: (socket, request) => serve(tools, open, socket, request),
  });
};

const refuseRequest = (_request: FastifyRequest, reply: FastifyReply): never => {
  void reply.header('sec-websocket-version', socketVersion);
  throw invalid([{ path: 'Upgrade', message: `this path is a WebSocket (version ${socketVersion})` }]);
};

const goAway = (socket: WebSocket): void => socket.close(closeGoingAway, 'the server is stopping');

/**
 * One open socket.
 *
 *  S1  Frames are answered in the order they came in.
 *  S2  Nothing is done for a socket that is closing, and the hub holds none that is closed.
 *  S3  What waits to be answered, and what waits to be read, is bounded.
 */
const serve = (tools: ResumeTools, open: Set<WebSocket>, socket: WebSocket, request: FastifyRequest): void => {
  const { parts, hub } = tools;
  const { log } = request;
  const readOn: Subscriber['catchUp'] = (subscription) => {
    catchUp(tools, subscription).catch((error: unknown) => {
      log.error({ err: error }, 'what a subscriber missed could not be read');
      subscriber.cutOff();
    });
  };
  const subscriber = newSubscriber(socket, { caller: callerOf(request), catchUp: readOn, metrics: parts.metrics });
  let bad = 0;
  let waiting = 0;
  let turn = Promise.resolve();

  const hear = async (data: Buffer | undefined): Promise<void> => {
    if (!subscriber.isOpen()) return;
    const refusal = await answer(tools, subscriber, { data, log, crowded: waiting >= mostWaiting });
    bad = refusal ? bad + 1 : 0;
    if (refusal) subscriber.send(textOf(refusal));
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
  open.add(socket);
  if (parts.stopping.aborted) goAway(socket);
  parts.metrics.socketOpened();
  socket.on('close', () => {
    parts.metrics.socketClosed();
    stopWatching();
    open.delete(socket);
    hub.leave(subscriber);
  });
};
