import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { noQuery } from '../../contract/fields.ts';
import {
  checkpointsQuery,
  gotoResponse,
  replErrorSchema,
  replParams,
  usualCheckpoints,
} from '../../contract/repl-calls.ts';
import { annotationRequest, annotationSchema } from '../../contract/repl-notes.ts';
import {
  checkpointParams,
  replMatchesSchema,
  replSearchQuery,
  snapshotParams,
  snapshotRequest,
  snapshotSchema,
  snapshotsSchema,
  timelineSchema,
  usualMatches,
} from '../../contract/repl-notes-calls.ts';
import type { ReplFound } from '../../journal/repl-reads.ts';
import { toAnnotation, toFork, toMatch, toSnapshot } from '../repl-notes-view.ts';
import { toReplCheckpoint } from '../repl-view.ts';
import { seenBy } from '../rights.ts';
import { answerOf, once, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { leased } from './repl-lease.ts';
import { mostForks } from './repl-note-parts.ts';
import { changeableRepl, visibleRepl } from './repl-of-caller.ts';

/** Annotations, snapshots and the timeline of REPL sessions, and the search in what was typed and said. */

const tags = ['repl'];
const refusals = { '4XX': replErrorSchema, '5XX': replErrorSchema };
const querystring = noQuery;
const emptyBody = z.strictObject({}).nullish();
/** Of 4 MiB each; who wants more calls again. */
const looksAtOnce = 16;

export const replNotesRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.put(
    '/api/repl/sessions/:name/checkpoints/:seq/annotation',
    {
      schema: {
        tags,
        operationId: 'annotateReplCheckpoint',
        summary: 'Say something of a checkpoint, in the place of what was said of it',
        params: checkpointParams,
        body: annotationRequest,
        querystring,
        response: { 200: annotationSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { name, seq } = request.params;
      const { id } = await changeableRepl(parts, request, name);
      const { label = '', description = '', tags: said = [] } = request.body;
      const kept = await parts.repl.repl.notes.annotate(id, seq, { label, description, tags: said });
      return sendAnswer(reply, answerOf(200, toAnnotation(seq, kept)));
    },
  );

  routes.delete(
    '/api/repl/sessions/:name/checkpoints/:seq/annotation',
    {
      schema: {
        tags,
        operationId: 'deleteReplAnnotation',
        summary: 'Take back what was said of a checkpoint; the answer is what that was',
        params: checkpointParams,
        querystring,
        response: { 200: annotationSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { name, seq } = request.params;
      const { id } = await changeableRepl(parts, request, name);
      const said = await parts.repl.repl.notes.removeAnnotation(id, seq);
      return sendAnswer(reply, answerOf(200, toAnnotation(seq, said)));
    },
  );

  routes.get(
    '/api/repl/sessions/:name/timeline',
    {
      schema: {
        tags,
        operationId: 'getReplTimeline',
        summary: 'Checkpoints with their annotations, and forks',
        params: replParams,
        querystring: checkpointsQuery,
        response: { 200: timelineSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = await visibleRepl(parts, request, request.params.name);
      const forks = await parts.journal.forksOf(id, { limit: mostForks, ...seenBy(callerOf(request).user) });
      const page = await checkpointPage(parts, id, request.query);
      return sendAnswer(reply, answerOf(200, { ...page, forks: forks.map(toFork) }));
    },
  );

  routes.post(
    '/api/repl/sessions/:name/snapshots',
    {
      schema: {
        tags,
        operationId: 'takeReplSnapshot',
        summary: 'Keep the state as it is under an id',
        params: replParams,
        body: snapshotRequest.nullish(),
        querystring,
        response: { 201: snapshotSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(parts, request, async (receipt) => {
        const session = await changeableRepl(parts, request, request.params.name);
        const { description = '', tags: given = [] } = request.body ?? {};
        const taken = await parts.repl.repl.notes.takeSnapshot(session.id, { description, tags: given }, (made) => ({
          receipt,
          answer: (_, { at }) => answerOf(201, toSnapshot({ ...made, created: at }, session.name)),
        }));
        return answerOf(201, toSnapshot(taken, session.name));
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.get(
    '/api/repl/sessions/:name/snapshots',
    {
      schema: {
        tags,
        operationId: 'listReplSnapshots',
        summary: 'The session’s snapshots, newest first',
        params: replParams,
        querystring,
        response: { 200: snapshotsSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { id, name } = await visibleRepl(parts, request, request.params.name);
      const snapshots = await parts.journal.snapshots(id);
      return sendAnswer(reply, answerOf(200, { snapshots: snapshots.map((one) => toSnapshot(one, name)) }));
    },
  );

  routes.post(
    '/api/repl/sessions/:name/snapshots/:id/restore',
    {
      schema: {
        tags,
        operationId: 'restoreReplSnapshot',
        summary: 'Back to the state of a snapshot; nothing is cut off',
        params: snapshotParams,
        body: emptyBody,
        querystring,
        response: { 200: restoredSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(parts, request, async (receipt) => {
        const { id } = await changeableRepl(parts, request, request.params.name);
        const restored = await leased(parts, request, id, () =>
          parts.repl.repl.restore(id, request.params.id, (went) => ({ receipt, answer: () => answerOf(200, went) })),
        );
        return answerOf(200, restored);
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.delete(
    '/api/repl/sessions/:name/snapshots/:id',
    {
      schema: {
        tags,
        operationId: 'deleteReplSnapshot',
        summary: 'Delete a snapshot; the session stays as it is',
        params: snapshotParams,
        querystring,
        response: { 204: z.null().describe('Deleted'), ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = await changeableRepl(parts, request, request.params.name);
      await parts.repl.repl.notes.removeSnapshot(id, request.params.id);
      return reply.code(204).send(null);
    },
  );

  routes.get(
    '/api/repl/sessions/:name/search',
    {
      schema: {
        tags,
        operationId: 'searchReplSession',
        summary: 'Find a text in what was typed and what came of it',
        params: replParams,
        querystring: replSearchQuery,
        response: { 200: replMatchesSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = await visibleRepl(parts, request, request.params.name);
      const { q, limit = usualMatches, before } = request.query;
      const { matches, before: next } = await search(parts, id, { text: q, limit, before });
      return sendAnswer(reply, answerOf(200, { matches: matches.map(toMatch), ...(next !== undefined && { next }) }));
    },
  );
};

const restoredSchema = gotoResponse.extend({ seq: z.int().min(-1) }).meta({ id: 'ReplRestored' });

/** The answer of what lists checkpoints. */
export const checkpointPage = async (
  { journal }: Pick<FaceParts, 'journal'>,
  session: string,
  { before, limit = usualCheckpoints }: z.infer<typeof checkpointsQuery>,
) => {
  const page = await journal.checkpoints(session, { ...(before !== undefined && { before }), limit: limit + 1 });
  return { checkpoints: page.slice(0, limit).map(toReplCheckpoint), more: page.length > limit };
};

const search = async (
  { journal }: FaceParts,
  session: string,
  { text, limit, before }: { text: string; limit: number; before: number | undefined },
): Promise<ReplFound> => {
  const found: ReplFound = { matches: [], ...(before !== undefined && { before }) };
  for (let look = 0; look < looksAtOnce && found.matches.length < limit; look++) {
    const from = found.before === undefined ? {} : { before: found.before };
    const one = await journal.findInRepl(session, { text, limit: limit - found.matches.length, ...from });
    found.matches.push(...one.matches);
    if (one.before === undefined) return { matches: found.matches };
    found.before = one.before;
  }
  return found;
};
