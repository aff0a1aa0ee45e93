import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { noQuery } from '../../contract/fields.ts';
import { isId } from '../../contract/ids.ts';
import { invalid, Problem } from '../../contract/problem.ts';
import {
  checkpointRequest,
  createReplRequest,
  eventsQuery,
  executeRequest,
  executeResponse,
  forkRequest,
  gotoRequest,
  gotoResponse,
  replCheckpointSchema,
  replCheckpointsSchema,
  replErrorSchema,
  replEventsSchema,
  replListSchema,
  replMetricsSchema,
  replName,
  replParams,
  replSessionSchema,
  successSchema,
} from '../../contract/repl-calls.ts';
import type { SessionSummary } from '../../journal/sessions.ts';
import { Readable } from 'node:stream';
import { checkpointsOf, entriesOf, forward } from '../../runner/repl/repl-journal.ts';
import type { Reply } from '../../runner/repl/repl-run.ts';
import type { Answer, ReceiptStub } from '../../runner/runner.ts';
import { headerOf, toReplCheckpoint, toReplEvent, toReplMetrics, toReplSession } from '../repl-view.ts';
import type { ReplSummary } from '../repl-view.ts';
import { isWord, sayWord } from '../repl-words.ts';
import type { Said } from '../repl-words.ts';
import { changesNothing, checkHost, isOwner, mayChange, seenBy } from '../rights.ts';
import { answerOf, once, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { unknownSession, visibleSession } from './session-of-caller.ts';

/** The repl contract: sessions of code. One's own are addressed by name, others that one may see by id. */

const tags = ['repl'];
const refusals = { '4XX': replErrorSchema, '5XX': replErrorSchema };
const params = replParams;
const querystring = noQuery;
const emptyBody = z.strictObject({}).nullish();
const eventsAtOnce = 1000;
/** Of one answer. */
const mostChars = 4 << 20;
const longestClientId = 200;

export const replRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { repl: own } = parts;

  /** Of the caller's own by that name; undefined where there is none. */
  const ownNamed = (request: FastifyRequest, name: string): string | undefined =>
    own.names.find(callerOf(request).user.id, name);

  const seen = async (request: FastifyRequest, name: string): Promise<ReplSummary> => {
    const id = isId(name) ? name : ownNamed(request, checkedName(name));
    if (id === undefined) throw unknownSession();
    const summary = await visibleSession(parts, request, id);
    if (!isRepl(summary)) throw unknownSession();
    return summary;
  };

  const changed = async (request: FastifyRequest, name: string): Promise<ReplSummary> => {
    const summary = await seen(request, name);
    if (!mayChange(callerOf(request).user)) throw changesNothing();
    return summary;
  };

  /** Sessions that are being made, so that a name is given once. */
  const creating = new Map<string, Promise<string>>();

  /** Of a name that is free. */
  const made = (request: FastifyRequest, name: string, make: () => Promise<string>): Promise<string> => {
    const key = keyOf(request, name);
    if (ownNamed(request, name) !== undefined || creating.has(key)) throw taken(name);
    const making = make().finally(() => creating.delete(key));
    creating.set(key, making);
    return making;
  };

  /** What is answered of a session that is made, kept under the request's key. */
  const telling = (receipt?: ReceiptStub): Reply => ({
    receipt,
    answer: (id, { state }) => answerOf(201, toReplSession(parts.summarize(id, state) as ReplSummary)),
  });

  const create = async (
    request: FastifyRequest,
    { name, language = 'javascript', accessMode = 'readwrite', llm }: z.infer<typeof createReplRequest>,
    reply?: Reply,
  ): Promise<string> => {
    const caller = callerOf(request);
    if (llm) checkHost(caller);
    if (llm?.baseUrl !== undefined && !isOwner(caller.user))
      throw new Problem('forbidden', 'llm.baseUrl: only the owner may say where the server sends its key');
    const model = llm && {
      provider: llm.provider,
      model: llm.model,
      ...(llm.baseUrl !== undefined && { baseUrl: llm.baseUrl }),
    };
    const spec = { owner: caller.user.id, name, language, accessMode, ...(model && { llm: model }) };
    return made(request, name, () => own.repl.create(spec, reply));
  };

  /** The caller's own session of a name, which is made where there is none. */
  const ownOrNew = async (request: FastifyRequest, name: string): Promise<string> =>
    ownNamed(request, checkedName(name)) ?? creating.get(keyOf(request, name)) ?? create(request, { name });

  const told = async (id: string) => {
    const state = await parts.runner.state(id);
    if (state?.facts.repl === undefined) throw unknownSession();
    return toReplSession(parts.summarize(id, state) as ReplSummary);
  };

  const allSeen = async (request: FastifyRequest): Promise<ReplSummary[]> => {
    const found: ReplSummary[] = [];
    for (let offset = 0; ;) {
      const page = await parts.sessions.list({ kind: 'repl', limit: 200, offset, ...seenBy(callerOf(request).user) });
      found.push(...page.sessions.filter(isRepl));
      offset += page.sessions.length;
      if (!page.more) return found;
    }
  };

  const fork = async (
    request: FastifyRequest,
    id: string,
    name: string,
    seq?: number,
    reply?: Reply,
  ): Promise<string> => made(request, name, () => own.repl.fork(id, name, callerOf(request).user.id, seq, reply));

  const say = async (request: FastifyRequest, id: string, command: string): Promise<Said> =>
    sayWord(command, {
      session: await seen(request, id),
      list: () => allSeen(request),
      checkpoints: () => checkpointsOf(parts.journal, id),
      checkpoint: (label) => own.repl.checkpoint(id, label),
      goto: (seq) => own.repl.goto(id, seq),
      fork: (name, seq) => fork(request, id, checkedName(name), seq),
      save: () => own.repl.settled(id),
    });

  /** The journal, a line an event; read as it is sent. */
  const lines = (summary: ReplSummary, after = -1, limit = Infinity): Readable => {
    async function* all(): AsyncGenerator<string> {
      if (after < 0) yield `${JSON.stringify(headerOf(summary))}\n`;
      let count = 0;
      for await (const entry of forward(parts.journal, summary.id)) {
        if (entry.seq <= after) continue;
        if (++count > limit) return;
        yield `${JSON.stringify(toReplEvent(entry))}\n`;
      }
    }
    return Readable.from(all());
  };

  routes.post(
    '/api/repl/sessions',
    {
      schema: {
        tags,
        operationId: 'createReplSession',
        summary: 'Create a REPL session',
        body: createReplRequest,
        querystring,
        response: { 201: replSessionSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(parts, request, async (receipt) =>
        answerOf(201, await told(await create(request, request.body, telling(receipt)))),
      );
      return sendAnswer(reply, answer);
    },
  );

  routes.get(
    '/api/repl/sessions',
    {
      schema: {
        tags,
        operationId: 'listReplSessions',
        summary: 'REPL sessions that you may see, newest first',
        querystring,
        response: { 200: replListSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const sessions = await allSeen(request);
      return sendAnswer(reply, answerOf(200, { sessions: sessions.map(toReplSession) }));
    },
  );

  routes.get(
    '/api/repl/sessions/:name',
    {
      schema: {
        tags,
        operationId: 'getReplSession',
        summary: 'A REPL session',
        params,
        querystring,
        response: { 200: replSessionSchema, ...refusals },
      },
    },
    async (request, reply) => sendAnswer(reply, answerOf(200, toReplSession(await seen(request, request.params.name)))),
  );

  routes.delete(
    '/api/repl/sessions/:name',
    {
      schema: {
        tags,
        operationId: 'deleteReplSession',
        summary: 'Delete a REPL session with all it holds; what runs is stopped',
        params,
        querystring,
        response: { 204: z.null().describe('Deleted'), ...refusals },
      },
    },
    async (request, reply) => {
      await own.repl.remove((await changed(request, request.params.name)).id);
      return reply.code(204).send(null);
    },
  );

  routes.post(
    '/api/repl/sessions/:name/execute',
    {
      schema: {
        tags,
        operationId: 'executeCommand',
        summary: 'Run a command',
        description:
          'Answers when the command has ended and all that came of it is durable. A command that throws is answered with 200 and its ' +
          'error as text. A session of that name is created where there is none. `X-Client-Id` names the client in the journal.',
        params,
        body: executeRequest,
        querystring,
        response: { 200: executeResponse, ...refusals },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const { command } = request.body;
      const answer = await once(parts, request, async (receipt) => {
        const { id } = await changed(request, isId(name) ? name : await ownOrNew(request, name));
        if (isWord(command)) return answerOf(200, await say(request, id, command));
        const client = clientOf(request);
        const output = await own.repl.execute(id, command, {
          ...(client !== undefined && { client }),
          reply: (said) => ({ receipt, answer: () => answered(said) }),
        });
        return answered(output);
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.post(
    '/api/repl/sessions/:name/cancel',
    {
      schema: {
        tags,
        operationId: 'cancelCommand',
        summary: 'Stop the command that runs; its session is what it was before',
        params,
        body: emptyBody,
        querystring,
        response: { 200: successSchema, ...refusals },
      },
    },
    async (request, reply) => {
      own.repl.interrupt((await changed(request, request.params.name)).id);
      return sendAnswer(reply, answerOf(200, { success: true }));
    },
  );

  routes.post(
    '/api/repl/sessions/:name/save',
    {
      schema: {
        tags,
        operationId: 'saveReplSession',
        summary: 'Answers when all that was acknowledged is durable, as it is at all times',
        params,
        body: emptyBody,
        querystring,
        response: { 200: successSchema, ...refusals },
      },
    },
    async (request, reply) => {
      await own.repl.settled((await changed(request, request.params.name)).id);
      return sendAnswer(reply, answerOf(200, { success: true }));
    },
  );

  routes.get(
    '/api/repl/sessions/:name/events',
    {
      schema: {
        tags,
        operationId: 'listReplEvents',
        summary: 'The session’s journal, oldest first',
        description: '`format=jsonl`: a line an event, with the header first where it is asked for from the beginning.',
        params,
        querystring: eventsQuery,
        response: { 200: replEventsSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const summary = await seen(request, request.params.name);
      const { after, limit, format } = request.query;
      if (format === 'jsonl')
        return reply.type('application/x-ndjson; charset=utf-8').send(lines(summary, after, limit) as never);
      const entries = await entriesOf(parts.journal, summary.id, {
        ...(after !== undefined && { after }),
        limit: limit ?? eventsAtOnce,
        chars: mostChars,
      });
      return sendAnswer(reply, answerOf(200, { events: entries.map(toReplEvent) }));
    },
  );

  routes.get(
    '/api/repl/sessions/:name/checkpoints',
    {
      schema: {
        tags,
        operationId: 'listReplCheckpoints',
        summary: 'The session’s checkpoints, newest first',
        params,
        querystring,
        response: { 200: replCheckpointsSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = await seen(request, request.params.name);
      const checkpoints = await checkpointsOf(parts.journal, id);
      return sendAnswer(reply, answerOf(200, { checkpoints: checkpoints.map(toReplCheckpoint) }));
    },
  );

  routes.post(
    '/api/repl/sessions/:name/checkpoints',
    {
      schema: {
        tags,
        operationId: 'makeReplCheckpoint',
        summary: 'Make a checkpoint of the session as it is',
        params,
        body: checkpointRequest.nullish(),
        querystring,
        response: { 201: replCheckpointSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = await changed(request, request.params.name);
      const { label } = request.body ?? {};
      return sendAnswer(reply, answerOf(201, toReplCheckpoint(await own.repl.checkpoint(id, label))));
    },
  );

  routes.post(
    '/api/repl/sessions/:name/goto',
    {
      schema: {
        tags,
        operationId: 'gotoReplEvent',
        summary: 'Go back to the state after an event; nothing is cut off',
        params,
        body: gotoRequest,
        querystring,
        response: { 200: gotoResponse, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = await changed(request, request.params.name);
      return sendAnswer(reply, answerOf(200, await own.repl.goto(id, request.body.seq)));
    },
  );

  routes.post(
    '/api/repl/sessions/:name/fork',
    {
      schema: {
        tags,
        operationId: 'forkReplSession',
        summary: 'A session of your own that goes on beside this one, from an event or from now',
        params,
        body: forkRequest,
        querystring,
        response: { 201: replSessionSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { name, seq } = request.body;
      const answer = await once(parts, request, async (receipt) => {
        const { id } = await seen(request, request.params.name);
        return answerOf(201, await told(await fork(request, id, name, seq, telling(receipt))));
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.get(
    '/api/repl/sessions/:name/metrics',
    {
      schema: {
        tags,
        operationId: 'getReplMetrics',
        summary: 'What the session has taken',
        params,
        querystring,
        response: { 200: replMetricsSchema, ...refusals },
      },
    },
    async (request, reply) => sendAnswer(reply, answerOf(200, toReplMetrics(await seen(request, request.params.name)))),
  );
};

/** The caller and the name. */
const keyOf = (request: FastifyRequest, name: string): string => JSON.stringify([callerOf(request).user.id, name]);

const answered = (output: string): Answer => answerOf(200, { output, shouldExit: false });

const isRepl = (summary: SessionSummary): summary is ReplSummary => summary.repl !== undefined;

const checkedName = (name: string): string => {
  const { success, error } = replName.safeParse(name);
  if (success) return name;
  throw invalid([{ path: 'name', message: error.issues[0]?.message ?? 'is no name' }]);
};

const taken = (name: string): Problem =>
  new Problem('session_name_taken', `name: you have a session '${name}' already; choose another name`);

const clientOf = ({ headers }: FastifyRequest): string | undefined => {
  const client = headers['x-client-id'];
  if (client === undefined) return undefined;
  if (typeof client === 'string' && client.length >= 1 && client.length <= longestClientId) return client;
  throw invalid([{ path: 'X-Client-Id', message: `must have 1 to ${longestClientId} characters` }]);
};
