import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { errorSchema } from '../../contract/fields.ts';
import { seqOfEntity } from '../../contract/ids.ts';
import { invalid } from '../../contract/problem.ts';
import { eventPageSchema, eventsQuery, sessionParams, usageHistorySchema, usageQuery } from '../../contract/timer.ts';
import { usageAmong } from '../timer-view.ts';
import { answerOf, sendAnswer } from './answers.ts';
import { eventStream, withoutKeys } from './event-stream.ts';
import type { FaceParts } from './parts.ts';
import { unknownSession, usageTotals, visibleSession } from './timer-routes.ts';

/** What happened in a session, in order: its usage rows and its events, paged, or followed live. */

const tags = ['timer'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const pageSize = 500;
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
      const totals = JSON.stringify(usageTotals(state, clock.now()));
      const rows = usageText(parts, id, { after: from, before: state.facts.version, limit });
      // A journal that can't be read is told as a refusal, not as an answer that breaks off.
      const first = await rows.next();
      const text = async function* () {
        yield `${totals.slice(0, -1)},"usage":[${first.value ?? ''}`;
        yield* rows;
        yield ']}';
      };
      return sendStream(reply.type('application/json; charset=utf-8'), Readable.from(text()));
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
          'event; `Last-Event-ID` resumes.',
        params: sessionParams,
        querystring: eventsQuery,
        response: { 200: eventPageSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = await visibleSession(parts, request, request.params.id);
      const { after = -1, limit = defaultEvents } = request.query;
      if (wantsStream(request)) {
        const from = lastEventId(request) ?? after;
        void reply.type('text/event-stream');
        // HEAD asks for no stream, and nobody would end one.
        const isHead = request.method === 'HEAD';
        return sendStream(
          reply,
          isHead ? Readable.from([]) : eventStream(parts, request, reply, { session: id, after: from }),
        );
      }
      const events = await journal.read(id, { after, limit: limit + 1 });
      const page = events.slice(0, limit).map(withoutKeys);
      const next = events.length > limit ? { next: page.at(-1)?.seq } : {};
      return sendAnswer(reply, answerOf(200, { events: page, ...next }));
    },
  );
};

/** The schema is that of what the stream spells out. */
const sendStream = (reply: FastifyReply, stream: Readable): FastifyReply => reply.send(stream);

/** The place of a usage row that a caller names: its id tells, and the row there must have that id. */
const seqOfUsage = async ({ journal }: FaceParts, session: string, id: string): Promise<number> => {
  const seq = seqOfEntity(id);
  const [event] = await journal.read(session, { after: seq - 1, limit: 1, types: ['tokens_recorded'] });
  if (event?.type === 'tokens_recorded' && event.data.id === id) return seq;
  throw invalid([{ path: 'after', message: 'is not the id of a usage row of this session' }]);
};

/** Rows as JSON, with commas between, a page at a time: nothing holds them all. */
async function* usageText(
  { journal }: FaceParts,
  session: string,
  { after, before, limit }: { after: number; before: number; limit: number },
): AsyncGenerator<string> {
  let cursor = after;
  let left = limit;
  while (left > 0) {
    const size = Math.min(pageSize, left);
    const page = await journal.read(session, { after: cursor, before, limit: size, types: ['tokens_recorded'] });
    const text = usageAmong(session, page)
      .map((row) => JSON.stringify(row))
      .join(',');
    if (text !== '') yield cursor === after ? text : `,${text}`;
    if (page.length < size) return;
    left -= page.length;
    cursor = page.at(-1)?.seq ?? cursor;
  }
}

const wantsStream = ({ headers }: FastifyRequest): boolean =>
  (headers.accept ?? '').toLowerCase().includes('text/event-stream');

const lastEventId = ({ headers }: FastifyRequest): number | undefined => {
  const id = headers['last-event-id'];
  if (id === undefined) return undefined;
  if (typeof id === 'string' && /^\d{1,15}$/.test(id)) return Number(id);
  throw invalid([{ path: 'Last-Event-ID', message: 'must be the id of an event of this session' }]);
};
