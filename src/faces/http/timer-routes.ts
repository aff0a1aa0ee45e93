import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { User } from '../../access/credentials.ts';
import { replName } from '../../contract/repl-calls.ts';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import { invalid, Problem } from '../../contract/problem.ts';
import {
  changeRequest,
  checkpointRequest,
  checkpointSchema,
  listQuery,
  projectionSchema,
  recordedUsageSchema,
  sessionListSchema,
  sessionParams,
  sessionSchema,
  sessionWithCheckpointsSchema,
  startRequest,
  tokensRequest,
} from '../../contract/timer.ts';
import type { OpenStatus, SessionQuery } from '../../journal/sessions.ts';
import type { Intent, Outcome } from '../../runner/runner.ts';
import { projectionOf } from '../../session/projection.ts';
import type { SessionUsage } from '../../contract/usage.ts';
import type { SessionSummary } from '../../journal/sessions.ts';
import { checkHost, seenBy } from '../rights.ts';
import { checkpointsAmong, toSession, usageAmong } from '../timer-view.ts';
import { answerOf, once, sendAnswer, sendStream } from './answers.ts';
import { callerOf } from './guard.ts';
import { cursorOf, placeOf } from './list-cursor.ts';
import type { FaceParts } from './parts.ts';
import { objectWithRows, rowsText } from './rows-text.ts';
import { changeableSession, unknownSession, visibleSession } from './session-of-caller.ts';
import { usageTotals } from './usage-totals.ts';

/** The timer contract over HTTP: sessions, their tokens, checkpoints and projection. */

const tags = ['timer'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const defaultLimit = 50;

/** What the ledger has of the agents' sessions among them, by id. */
const usageOf = async (
  { sessionUsage }: FaceParts,
  summaries: readonly SessionSummary[],
): Promise<ReadonlyMap<string, SessionUsage>> => {
  const agents = summaries.filter(({ agent }) => agent !== undefined);
  if (agents.length === 0) return new Map();
  return new Map((await sessionUsage(agents.map(({ id }) => id))).map((usage) => [usage.session, usage]));
};

export const timerRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { runner, sessions, clock, summarize } = parts;

  const sessionAnswer =
    (id: string, status: number) =>
    ({ state, at }: Outcome) =>
      answerOf(status, toSession(summarize(id, state), at));

  routes.post(
    '/api/sessions',
    {
      schema: {
        tags,
        operationId: 'startSession',
        summary: 'Start a session',
        description: 'It is active at once; several may run.',
        body: startRequest,
        querystring: noQuery,
        response: { 201: sessionSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      if (request.body.run !== undefined) checkHost(caller);
      const id = parts.newId();
      const intent = startIntent(request.body, caller.user.id);
      const answer = await once(parts, request, (receipt) =>
        runner.execute(id, [intent], sessionAnswer(id, 201), receipt),
      );
      return sendAnswer(reply, answer);
    },
  );

  routes.get(
    '/api/sessions',
    {
      schema: {
        tags,
        operationId: 'listSessions',
        summary: 'List sessions, newest first',
        querystring: listQuery,
        response: { 200: sessionListSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const query = toQuery(request.query, callerOf(request).user);
      const { sessions: met, total, more } = await sessions.list(query);
      const now = clock.now();
      const usage = await usageOf(parts, met);
      const last = met.at(-1);
      return sendAnswer(
        reply,
        answerOf(200, {
          sessions: met.map((summary) => toSession(summary, now, usage.get(summary.id))),
          total,
          limit: query.limit,
          offset: query.offset ?? 0,
          ...(more && last ? { cursor: cursorOf(last) } : {}),
        }),
      );
    },
  );

  routes.get(
    '/api/sessions/:id',
    {
      schema: {
        tags,
        operationId: 'getSession',
        summary: 'A session with its checkpoints',
        params: sessionParams,
        querystring: noQuery,
        response: { 200: sessionWithCheckpointsSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const summary = await visibleSession(parts, request, request.params.id);
      const usage = summary.agent === undefined ? undefined : (await usageOf(parts, [summary])).get(summary.id);
      const session = toSession(summary, clock.now(), usage);
      if (summary.checkpoints === 0) return sendAnswer(reply, answerOf(200, { ...session, checkpoints: [] }));
      const rows = rowsText(parts.journal, summary.id, { ...allCheckpoints, limit: summary.checkpoints });
      return sendStream(
        reply.type('application/json; charset=utf-8'),
        Readable.from(await objectWithRows(session, 'checkpoints', rows)),
      );
    },
  );

  routes.patch(
    '/api/sessions/:id',
    {
      schema: {
        tags,
        operationId: 'changeSession',
        summary: 'Pause, resume, complete or rename a session, change its budget or duration',
        description: 'All or nothing. A completed session changes no more (409).',
        params: sessionParams,
        body: changeRequest,
        querystring: noQuery,
        response: { 200: sessionSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const session = await changeableSession(parts, request, request.params.id);
      const { id } = session;
      if (session.repl && request.body.name !== undefined) checkReplName(parts, session, request.body.name);
      return sendAnswer(reply, await runner.execute(id, changeIntents(request.body), sessionAnswer(id, 200)));
    },
  );

  routes.delete(
    '/api/sessions/:id',
    {
      schema: {
        tags,
        operationId: 'deleteSession',
        summary: 'Delete a finished session with all it holds',
        params: sessionParams,
        querystring: noQuery,
        response: { 204: z.null().describe('Deleted'), ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = await changeableSession(parts, request, request.params.id);
      await runner.remove(id);
      return reply.code(204).send(null);
    },
  );

  routes.post(
    '/api/sessions/:id/tokens',
    {
      schema: {
        tags,
        operationId: 'recordTokens',
        summary: 'Record tokens that were used',
        params: sessionParams,
        body: tokensRequest,
        querystring: noQuery,
        response: { 201: recordedUsageSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const intent = { ...request.body, type: 'record_tokens', source: 'api' } as Intent;
      const answer = await once(parts, request, async (receipt) => {
        const { id } = await changeableSession(parts, request, request.params.id);
        return runner.execute(id, [intent], (outcome) => recordedAnswer(id, outcome), receipt);
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.post(
    '/api/sessions/:id/checkpoints',
    {
      schema: {
        tags,
        operationId: 'reachCheckpoint',
        summary: 'Mark a point that the session has reached',
        params: sessionParams,
        body: checkpointRequest,
        querystring: noQuery,
        response: { 201: checkpointSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const intent = { ...request.body, type: 'reach_checkpoint' } as Intent;
      const answer = await once(parts, request, async (receipt) => {
        const { id } = await changeableSession(parts, request, request.params.id);
        return runner.execute(id, [intent], ({ events }) => answerOf(201, checkpointsAmong(id, events)[0]), receipt);
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.get(
    '/api/sessions/:id/projection',
    {
      schema: {
        tags,
        operationId: 'getProjection',
        summary: 'Where the session’s usage is heading',
        params: sessionParams,
        querystring: noQuery,
        response: { 200: projectionSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = await visibleSession(parts, request, request.params.id);
      const state = await runner.state(id);
      if (state === undefined) throw unknownSession();
      return sendAnswer(reply, answerOf(200, projectionOf(state, clock.now())));
    },
  );
};

type StartBody = z.infer<typeof startRequest>;

const startIntent = ({ duration, onBudget, budgetCounts, onDue, ...rest }: StartBody, owner: string): Intent => {
  const intent = {
    ...rest,
    type: 'start',
    kind: 'timer',
    owner,
    duration: wholeMs(duration),
    onBudget: onBudget ?? 'warn',
    budgetCounts: budgetCounts ?? 'new',
    onDue: onDue ?? 'complete',
  };
  // zod leaves optional fields out when they are absent, which its types (`| undefined`) do not say.
  return intent as Intent;
};

const wholeMs = (duration: number): number => Math.max(1, Math.round(duration));

/** A REPL session is addressed by its name. */
const checkReplName = ({ repl }: FaceParts, { id, owner }: SessionSummary, name: string): void => {
  const { error } = replName.safeParse(name);
  if (error) throw invalid([{ path: 'name', message: error.issues[0]?.message ?? 'is no name' }]);
  const other = repl.names.find(owner, name);
  if (other !== undefined && other !== id)
    throw new Problem('session_name_taken', `there is a REPL session '${name}' already; choose another name`);
};

const changeIntents = ({ name, tokenBudget, duration, status }: z.infer<typeof changeRequest>): Intent[] => [
  ...(name === undefined ? [] : [{ type: 'rename', name } as const]),
  ...(tokenBudget === undefined ? [] : [{ type: 'change_budget', tokenBudget } as const]),
  ...timeIntents(duration === undefined ? undefined : wholeMs(duration), status),
];

/**
 * A session that is to end has its duration corrected with its end: by itself a short one would end it first. One that is not
 * gets its status first, since a duration that is over completes it whatever was asked besides.
 */
const timeIntents = (duration: number | undefined, status: OpenStatus | undefined): Intent[] => {
  const change: Intent[] = duration === undefined ? [] : [{ type: 'change_duration', duration }];
  switch (status) {
    case 'completed':
      return [{ type: 'complete', ...(duration === undefined ? {} : { duration }) }];
    case 'active':
      return [{ type: 'resume' }, ...change];
    case 'paused':
      return [{ type: 'pause' }, ...change];
    case undefined:
      return change;
  }
};

/** What a report of tokens is answered with: the row and the session's totals after it. */
const recordedAnswer = (id: string, { state, events, at }: Outcome) =>
  answerOf(201, { usage: usageAmong(id, events)[0], ...usageTotals(state, at) });

const toQuery = (query: z.infer<typeof listQuery>, user: User): SessionQuery => {
  const { limit = defaultLimit, offset, status, kind, q, cursor } = query;
  if (cursor !== undefined && offset !== undefined) {
    throw invalid([{ path: 'cursor', message: 'goes without offset' }]);
  }
  return {
    limit,
    ...(offset === undefined ? {} : { offset }),
    ...(status === undefined ? {} : { status }),
    ...(kind === undefined ? {} : { kind }),
    ...(q === undefined ? {} : { nameContains: q }),
    ...(cursor === undefined ? {} : { after: placeOf(cursor) }),
    ...seenBy(user),
  };
};

/** Few at a time: a checkpoint's metadata may have a mebibyte, and many times that once it is parsed. */
const allCheckpoints = { after: -1, types: ['checkpoint_reached'], pageSize: 2, view: checkpointsAmong } as const;
