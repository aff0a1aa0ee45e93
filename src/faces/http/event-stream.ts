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
 * goes away. Where the session has fewer events than that, which is so when a backup was restored, an event `gap` comes first,
 * with the last `seq` that there is, and then what is new. `version`: how many events the session has.
 */
export const eventStream = (
  parts: FaceParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { session, after, version, types }: { session: string; after: number; version: number; types?: readonly EventType[] },
): PassThrough => {
  const out = new PassThrough();
  const gone = new AbortController();
  const end = () => gone.abort();
  const heartbeat = setInterval(() => beat(out), heartbeatMs);
  const stopHearing = parts.runner.onRemoved((removed) => {
    if (removed === session) end();
  });
  const stopWatching = parts.access.whileGood(callerOf(request), end);
  parts.metrics.streamOpened();
  out.once('close', end);
  parts.stopping.addEventListener('abort', end, { once: true });
  if (parts.stopping.aborted) end();

  pump(parts, session, { after, version, out, signal: gone.signal, ...(types ? { types } : {}) })
    .catch((error: unknown) => {
      if (!gone.signal.aborted) request.log.error({ err: error }, 'an event stream failed');
    })
    .finally(() => {
      clearInterval(heartbeat);
      stopHearing();
      stopWatching();
      parts.metrics.streamClosed();
      parts.stopping.removeEventListener('abort', end);
      out.end();
      const cut = setTimeout(() => reply.raw.destroy(), farewellMs);
      reply.raw.once('close', () => clearTimeout(cut));
    });
  return out;
};

interface Pumped {
  after: number;
  version: number;
  out: PassThrough;
  signal: AbortSignal;
  types?: readonly EventType[];
}

/** Whether a request for a session's events is one to follow them. */
export const wantsStream = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  (headers.accept ?? '').toLowerCase().includes('text/event-stream');

/**
 * A reader that falls behind is waited for, and nothing is held meanwhile but what is on its way: what it has still to hear stays
 * in the journal, and is read again from there.
 */
const pump = async (
  { journal }: FaceParts,
  session: string,
  { after, version, out, signal, types }: Pumped,
): Promise<void> => {
  out.write(': the session’s events\n\n');
  const last = version - 1;
  if (after > last) out.write(`id: ${last}\nevent: gap\ndata: {"after":${after},"last":${last}}\n\n`);
  for (let told = Math.min(after, last); !signal.aborted;) {
    for await (const event of follow(journal, session, { after: told, signal, ...(types ? { types } : {}) })) {
      told = event.seq;
      if (!out.write(toText(event))) break;
    }
    if (out.writableNeedDrain) await once(out, 'drain', { signal });
  }
};

/** Something now and then, so that nobody between takes the connection for dead. */
const beat = (out: PassThrough): void => {
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
