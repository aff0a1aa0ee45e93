import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { User } from '../../access/credentials.ts';
import {
  commentRequest,
  commentSchema,
  commentsQuery,
  commentThreadsSchema,
  researchErrorSchema,
} from '../../contract/comments.ts';
import { noQuery } from '../../contract/fields.ts';
import { invalid } from '../../contract/problem.ts';
import { sessionParams } from '../../contract/timer.ts';
import type { Intent } from '../../runner/runner.ts';
import { commentsAmong, threadsOf } from '../comments-view.ts';
import { answerOf, once, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { changeableSession, visibleSession } from './session-of-caller.ts';

/** Comments on sessions of every kind, open or ended. */

const tags = ['research'];
const refusals = { '4XX': researchErrorSchema, '5XX': researchErrorSchema };
const defaultLimit = 50;
const path = '/api/v1/sessions/:id/comments';

export const commentsRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.post(
    path,
    {
      schema: {
        tags,
        operationId: 'addComment',
        summary: 'Comment on a session',
        params: sessionParams,
        body: commentRequest,
        querystring: noQuery,
        response: { 201: commentSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const intent = commentIntent(request.body, callerOf(request).user);
      const answer = await once(parts, request, async (receipt) => {
        const { id } = await changeableSession(parts, request, request.params.id);
        return parts.runner.execute(id, [intent], ({ events }) => answerOf(201, commentsAmong(id, events)[0]), receipt);
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.get(
    path,
    {
      schema: {
        tags,
        operationId: 'listComments',
        summary: 'Comments on a session, in threads by what they are about',
        params: sessionParams,
        querystring: commentsQuery,
        response: { 200: commentThreadsSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { limit = defaultLimit, cursor } = request.query;
      const before = cursor === undefined ? {} : { before: placeOf(cursor) };
      const { id } = await visibleSession(parts, request, request.params.id);
      const found = await parts.journal.read(id, { ...before, limit: limit + 1, types: ['commented'], latest: true });
      const page = found.slice(-limit);
      const oldest = page[0];
      return sendAnswer(
        reply,
        answerOf(200, {
          session_id: id,
          threads: threadsOf(commentsAmong(id, page)),
          ...(found.length > limit && oldest ? { cursor: cursorOf(oldest.seq) } : {}),
        }),
      );
    },
  );
};

const commentIntent = (
  { content, comment_type, reference_point }: z.infer<typeof commentRequest>,
  { id, name }: User,
): Intent => ({
  type: 'comment',
  author: id,
  authorName: name,
  text: content,
  ...(comment_type === undefined ? {} : { kind: comment_type }),
  ...(reference_point === undefined ? {} : { reference: reference_point }),
});

/** A place among the events of the session, opaque to the caller. */
const cursorOf = (seq: number): string => Buffer.from(`${seq}`).toString('base64url');

const placeOf = (cursor: string): number => {
  const seq = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!/^\d{1,15}$/.test(seq)) throw invalid([{ path: 'cursor', message: 'is not one that a list answered' }]);
  return Number(seq);
};
