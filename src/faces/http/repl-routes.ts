import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { noQuery } from '../../contract/fields.ts';
import { isId } from '../../contract/ids.ts';
import { Problem } from '../../contract/problem.ts';
import {
  checkpointRequest,
  checkpointsQuery,
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
  replParams,
  replSessionSchema,
  successSchema,
} from '../../contract/repl-calls.ts';
import { entriesOf } from '../../runner/repl/repl-journal.ts';
import type { Came } from '../../runner/repl/repl-live.ts';
import { checkedName } from '../../runner/repl/repl-names.ts';
import type { Reply } from '../../runner/repl/repl-run.ts';
import type { Answer, ReceiptStub } from '../../runner/runner.ts';
import { journalLines } from '../repl-journal-lines.ts';
import { toReplCheckpoint, toReplEvent, toReplMetrics, toReplSession } from '../repl-view.ts';
import type { ReplSummary } from '../repl-view.ts';
import { serverWords } from '../repl-server-words.ts';
import { isWord, sayWord } from '../repl-words.ts';
import type { Said, SessionParts } from '../repl-words.ts';
import { checkHost, isOwner, seenBy } from '../rights.ts';
import { answerOf, once, secretOnce, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { clientOf, leased } from './repl-lease.ts';
import { keptWord, noteParts } from './repl-note-parts.ts';
import { checkpointPage } from './repl-notes-routes.ts';
import { changeableRepl, visibleRepl } from './repl-of-caller.ts';
import { outcomeHeader, outcomeIn, withOutcome } from './repl-outcome.ts';
import { unknownSession } from './session-of-caller.ts';

/** The repl contract: sessions of code. One's own are addressed by name, others that one may see by id. */

const tags = ['repl'];
const refusals = { '4XX': replErrorSchema, '5XX': replErrorSchema };
const params = replParams;
const querystring = noQuery;
const emptyBody = z.strictObject({}).nullish();
const eventsAtOnce = 1000;
/** Of one answer. */
const mostChars = 4 << 20;

export const replRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { repl: own } = parts;
  /** For what leaves no event in the session. */
  const aside = secretOnce(parts);

  /** Of the caller's own by that name; undefined where there is none. */
  const ownNamed = (request: FastifyRequest, name: string): string | undefined =>
    own.names.find(callerOf(request).user.id, name);

  /** Of a name that is free. */
  const made = (request: FastifyRequest, name: string, make: () => Promise<string>): Promise<string> =>
    own.names.give(callerOf(request).user.id, name, make);

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
    ownNamed(request, checkedName(name)) ??
    own.names.beingMade(callerOf(request).user.id, name) ??
    create(request, { name });

  const told = async (id: string) => {
    const state = await parts.runner.state(id);
    if (state?.facts.repl === undefined) throw unknownSession();
    return toReplSession(parts.summarize(id, state) as ReplSummary);
  };

  /** It asks the same model, at the expense of the server's owner. */
  const fork = async (
    request: FastifyRequest,
    { id, repl }: ReplSummary,
    name: string,
    seq?: number,
    reply?: Reply,
  ): Promise<string> => {
    if (repl.llm) checkHost(callerOf(request));
    return made(request, name, () => own.repl.fork(id, name, callerOf(request).user.id, seq, reply));
  };

  /** What a word has changed is kept with its answer, under the request's key. */
  const say = async (request: FastifyRequest, name: string, command: string, receipt?: ReceiptStub): Promise<Said> => {
    const isThere = isId(name) || ownNamed(request, checkedName(name)) !== undefined;
    return sayWord(command, {
      list: async () => own.manager.summaries(seenBy(callerOf(request).user)),
      server: isOwner(callerOf(request).user) ? serverWords(parts) : undefined,
      session: isThere ? sessionParts(request, await changeableRepl(parts, request, name), receipt) : undefined,
    });
  };

  const sessionParts = (request: FastifyRequest, summary: ReplSummary, receipt?: ReceiptStub): SessionParts => {
    const { id } = summary;
    return {
      summary,
      checkpoint: async (label, told) =>
        told(
          await leased(parts, request, id, () =>
            own.repl.checkpoint(id, label, {}, (made) => keptWord(receipt, told(made))),
          ),
        ),
      goto: async (seq, told) =>
        told(await leased(parts, request, id, () => own.repl.goto(id, seq, (went) => keptWord(receipt, told(went))))),
      fork: async (name, seq, told) => {
        await fork(request, summary, checkedName(name), seq, keptWord(receipt, told()));
        return told();
      },
      save: () => own.manager.saveSession(id),
      notes: noteParts(parts, request, id, receipt),
    };
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
    async (request, reply) =>
      sendAnswer(reply, answerOf(200, { sessions: own.manager.listSessions(seenBy(callerOf(request).user)) })),
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
    async (request, reply) =>
      sendAnswer(reply, answerOf(200, toReplSession(await visibleRepl(parts, request, request.params.name)))),
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
      await own.repl.remove((await changeableRepl(parts, request, request.params.name)).id);
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
          'error as text; the header `X-Stint-Outcome` says `value`, `error` or `stopped`. A session of that name is created where there ' +
          'is none. `X-Client-Id` names the client in the journal, and whose lease it is; while another client holds one to write: 409.',
        params,
        body: executeRequest,
        querystring,
        response: { 200: executeResponse, ...refusals },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const { command } = request.body;
      // Before a session is made for it.
      const client = clientOf(request);
      const answer = await once(parts, request, async (receipt) => {
        if (isWord(command)) return withOutcome(await say(request, name, command, receipt));
        const { id } = await changeableRepl(parts, request, isId(name) ? name : await ownOrNew(request, name));
        let came: Came | undefined;
        const { output } = await leased(parts, request, id, () =>
          own.manager.executeCommand(id, command, {
            ...(client !== undefined && { client }),
            reply: (said, how) => {
              came = how;
              return { receipt, answer: () => answered(said, how) };
            },
          }),
        );
        return answered(output, came);
      });
      const { answer: told, outcome } = outcomeIn(answer);
      if (outcome !== undefined) void reply.header(outcomeHeader, outcome);
      return sendAnswer(reply, told);
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
      const answer = await aside(request, async () => {
        own.repl.interrupt((await changeableRepl(parts, request, request.params.name)).id);
        return answerOf(200, { success: true });
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.post(
    '/api/repl/sessions/:name/save',
    {
      schema: {
        tags,
        operationId: 'saveReplSession',
        summary: 'Write a full image of the session now; all that was acknowledged is durable at all times',
        params,
        body: emptyBody,
        querystring,
        response: { 200: successSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await aside(request, async () => {
        await own.manager.saveSession((await changeableRepl(parts, request, request.params.name)).id);
        return answerOf(200, { success: true });
      });
      return sendAnswer(reply, answer);
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
      const summary = await visibleRepl(parts, request, request.params.name);
      const { after, limit, format } = request.query;
      if (format === 'jsonl')
        return reply
          .type('application/x-ndjson; charset=utf-8')
          .send(journalLines(parts.journal, summary, after, limit) as never);
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
        querystring: checkpointsQuery,
        response: { 200: replCheckpointsSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = await visibleRepl(parts, request, request.params.name);
      return sendAnswer(reply, answerOf(200, await checkpointPage(parts, id, request.query)));
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
      const { label, ...said } = request.body ?? {};
      const answer = await once(parts, request, async (receipt) => {
        const { id } = await changeableRepl(parts, request, request.params.name);
        const made = await leased(parts, request, id, () =>
          own.repl.checkpoint(id, label, said, (made) => ({
            receipt,
            answer: () => answerOf(201, toReplCheckpoint(made)),
          })),
        );
        return answerOf(201, toReplCheckpoint(made));
      });
      return sendAnswer(reply, answer);
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
      const answer = await once(parts, request, async (receipt) => {
        const { id } = await changeableRepl(parts, request, request.params.name);
        const went = await leased(parts, request, id, () =>
          own.repl.goto(id, request.body.seq, (went) => ({ receipt, answer: () => answerOf(200, went) })),
        );
        return answerOf(200, went);
      });
      return sendAnswer(reply, answer);
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
        const parent = await visibleRepl(parts, request, request.params.name);
        return answerOf(201, await told(await fork(request, parent, name, seq, telling(receipt))));
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
    async (request, reply) =>
      sendAnswer(reply, answerOf(200, toReplMetrics(await visibleRepl(parts, request, request.params.name)))),
  );
};

const answered = (output: string, came: Came | undefined): Answer => withOutcome({ output, shouldExit: false }, came);
