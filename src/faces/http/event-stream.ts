import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventType, Recorded } from '../../contract/event.ts';
import { follow } from '../../journal/follow.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';

const heartbeatMs = 15_000;
/** How long a reader has for what is still on its way when the stream ends before its connection is cut. */
const farewellMs = 500;

/**
 * The session's events after `after` (a `seq`), as server-sent events, until the client, its token, the session or the server
 * goes away.
 */
export const eventStream = (
  parts: FaceParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { session, after, types }: { session: string; after: number; types?: readonly EventType[] },
): PassThrough => {
  const out = new PassThrough();
  const gone = new AbortController();
  const end = () => gone.abort();
  const heartbeat = setInterval(() => {
    beat(parts, session, out).catch(end);
  }, heartbeatMs);
  const stopWatching = parts.access.whileGood(callerOf(request), end);
  parts.metrics.streamOpened();
  out.once('close', end);
  parts.stopping.addEventListener('abort', end, { once: true });
  if (parts.stopping.aborted) end();

  pump(parts, session, { after, out, signal: gone.signal, ...(types ? { types } : {}) })
    .catch((error: unknown) => {
      if (!gone.signal.aborted) request.log.error({ err: error }, 'an event stream failed');
    })
    .finally(() => {
      clearInterval(heartbeat);
      stopWatching();
      parts.metrics.streamClosed();
      parts.stopping.removeEventListener('abort', end);
      out.end();
      const cut = setTimeout(() => reply.raw.destroy(), farewellMs);
      reply.raw.once('close', () => clearTimeout(cut));
    });
  return out;
};

/** A reader that falls behind is waited for: what it has still to hear stays in the journal. */
const pump = async (
  { journal }: FaceParts,
  session: string,
  { after, out, signal, types }: { after: number; out: PassThrough; signal: AbortSignal; types?: readonly EventType[] },
): Promise<void> => {
  out.write(': the session’s events\n\n');
  for await (const event of follow(journal, session, { after, signal, ...(types ? { types } : {}) })) {
    if (!out.write(toText(event))) await once(out, 'drain', { signal });
  }
};

/** Something now and then, so that nobody between takes the connection for dead; rejects when the session is gone. */
const beat = async ({ sessions }: FaceParts, session: string, out: PassThrough): Promise<void> => {
  if ((await sessions.get(session)) === undefined) throw new Error('the session was deleted');
  if (out.writable && out.writableLength === 0) out.write(':\n\n');
};

const toText = (event: Recorded): string =>
  `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(withoutKeys(event))}\n\n`;

/** Keys of agents' responses are the server's own book-keeping. */
export const withoutKeys = (event: Recorded): Recorded => {
  if (event.type !== 'tokens_recorded') return event;
  const { response: _, ...data } = event.data;
  return { ...event, data };
};
