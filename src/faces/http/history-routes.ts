import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { errorSchema } from '../../contract/fields.ts';
import { seqOfEntity } from '../../contract/ids.ts';
import { invalid } from '../../contract/problem.ts';
import { eventPageSchema, eventsQuery, sessionParams, usageHistorySchema, usageQuery } from '../../contract/timer.ts';
import type { SessionPage } from '../../journal/journal.ts';
import { usageAmong } from '../timer-view.ts';
import { sendAnswer, sendStream } from './answers.ts';
import { eventStream, wantsStream, withoutKeys } from './event-stream.ts';
import type { FaceParts } from './parts.ts';
import { objectWithRows, rowsText } from './rows-text.ts';
import { unknownSession, visibleSession } from './session-of-caller.ts';
import { usageTotals } from './usage-totals.ts';

/** What happened in a session, in order: its usage rows and its events, paged, or followed live. */

const tags = ['timer'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const pageSize = 500;
/**
 * A checkpoint's metadata may have a mebibyte, and many times that once it is parsed, so events are read few at a time, and a page
 * of them ends past this size.
 */
const largeRowsAtOnce = 2;
const largestPageBytes = 4 * 1024 * 1024;
const defaultEvents = 100;

export const historyRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { runner, journal, clock } = parts;

  routes.get(
    '/api/sessions/:id/tokens',
    {
      schema: {
        tags,
        operationId: 'listTokens',
        summary: 'Usage in order of arrival, with totals over all of it',
        params: sessionParams,
        querystring: usageQuery,
        response: { 200: usageHistorySchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = await visibleSession(parts, request, request.params.id);
      const state = await runner.state(id);
      if (state === undefined) throw unknownSession();
      const { limit = Infinity, after } = request.query;
      const from = after === undefined ? -1 : await seqOfUsage(parts, id, after);
      const rows = rowsText(journal, id, {
        after: from,
        before: state.facts.version,
        limit,
        types: ['tokens_recorded'],
        pageSize,
        view: usageAmong,
      });
      const text = await objectWithRows(usageTotals(state, clock.now()), 'usage', rows);
      return sendStream(reply.type('application/json; charset=utf-8'), Readable.from(text));
    },
  );

  routes.get(
    '/api/sessions/:id/events',
    {
      schema: {
        tags,
        operationId: 'listEvents',
        summary: 'The session’s journal',
        description:
          'With `Accept: text/event-stream` the answer follows the session live: `id` is the seq, `event` the type, `data` the ' +
          'event; `Last-Event-ID` resumes. Past the end of the session an event `gap` tells the last id that there is, and what is ' +
          'new follows.',
        params: sessionParams,
        querystring: eventsQuery,
        response: { 200: eventPageSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { after = -1, limit = defaultEvents, type } = request.query;
      const types = type === undefined ? {} : { types: [type] };
      const isStream = wantsStream(request);
      const from = (isStream ? lastEventId(request) : undefined) ?? after;
      const { id } = await visibleSession(parts, request, request.params.id);
      if (isStream) {
        // As the journal has it: what is in memory may be older than what was read of the stream.
        const version = (await parts.sessions.get(id))?.version ?? 0;
        void reply.type('text/event-stream');
        // HEAD asks for no stream, and nobody would end one.
        const isHead = request.method === 'HEAD';
        return sendStream(
          reply,
          isHead
            ? Readable.from([])
            : eventStream(parts, request, reply, { session: id, after: from, version, ...types }),
        );
      }
      const { texts, next } = await eventPage(parts, id, { after, limit, ...types });
      const end = next === undefined ? '' : `,"next":${next}`;
      return sendAnswer(reply, { status: 200, body: `{"events":[${texts.join(',')}]${end}}` });
    },
  );
};

/** The place of a usage row that a caller names: its id tells, and the row there must have that id. */
const seqOfUsage = async ({ journal }: FaceParts, session: string, id: string): Promise<number> => {
  const seq = seqOfEntity(id);
  const [event] = await journal.read(session, { after: seq - 1, limit: 1, types: ['tokens_recorded'] });
  if (event?.type === 'tokens_recorded' && event.data.id === id) return seq;
  throw invalid([{ path: 'after', message: 'is not the id of a usage row of this session' }]);
};

/** Events until `limit` of them or {@link largestPageBytes}; what is left is the next page's. */
const eventPage = async ({ journal }: FaceParts, session: string, { after: from = -1, limit, types }: SessionPage) => {
  const ofTypes = types ? { types } : {};
  const texts: string[] = [];
  let bytes = 0;
  let after = from;
  while (texts.length < limit && bytes < largestPageBytes) {
    const size = Math.min(largeRowsAtOnce, limit - texts.length);
    const events = await journal.read(session, { after, limit: size, ...ofTypes });
    for (const event of events) {
      const text = JSON.stringify(withoutKeys(event));
      texts.push(text);
      bytes += text.length;
      after = event.seq;
    }
    if (events.length < size) return { texts };
  }
  const more = await journal.read(session, { after, limit: 1, ...ofTypes });
  return { texts, ...(more.length > 0 ? { next: after } : {}) };
};

const lastEventId = ({ headers }: FastifyRequest): number | undefined => {
  const id = headers['last-event-id'];
  if (id === undefined) return undefined;
  if (typeof id === 'string' && /^\d{1,15}$/.test(id)) return Number(id);
  throw invalid([{ path: 'Last-Event-ID', message: 'must be the id of an event of this session' }]);
};
