import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { noQuery } from '../../contract/fields.ts';
import { invalid, Problem } from '../../contract/problem.ts';
import { replErrorSchema, replParams } from '../../contract/repl-calls.ts';
import { importedSchema, importQuery, journalType } from '../../contract/repl-import.ts';
import { isReplName } from '../../runner/repl/repl-names.ts';
import { ReplayError } from '../../runner/repl/replay-plan.ts';
import type { Imported } from '../../runner/repl/replays.ts';
import { readJournal, wrongLine } from '../repl-journal-file.ts';
import type { JournalFile } from '../repl-journal-file.ts';
import { journalLines } from '../repl-journal-lines.ts';
import { toReplSession } from '../repl-view.ts';
import type { ReplSummary } from '../repl-view.ts';
import { checkHost } from '../rights.ts';
import { answerOf, fingerprintOf, once, sendAnswer, sendStream } from './answers.ts';
import { callerOf } from './guard.ts';
import { parseJson } from './json-body.ts';
import type { FaceParts } from './parts.ts';
import { visibleRepl } from './repl-of-caller.ts';

/** REPL sessions as files: their journals, given out and taken in. */

const tags = ['repl'];
const refusals = { '4XX': replErrorSchema, '5XX': replErrorSchema };
const largestJournal = 64 << 20;
/** A line alone is JSON too. */
const journalPattern = /^application\/(x-ndjson|jsonl|x-jsonlines|json)\s*(;|$)/i;
/** `seq`s that are told of what differs. */
const mostTold = 20;
const jsonl = z.string().meta({ description: 'A line an event, the header first' });

export const replImportRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  journalBodies(app);
  // The body is described, not validated: by then it is a journal.
  app.setValidatorCompiler<z.ZodType>((route) =>
    route.httpPart === 'body' ? (value) => ({ value }) : validatorCompiler(route),
  );

  routes.get(
    '/api/repl/sessions/:name/export',
    {
      schema: {
        tags,
        operationId: 'exportReplSession',
        summary: 'The session’s journal as a file: its header and all its events, a line each',
        params: replParams,
        querystring: noQuery,
        response: { 200: { description: 'As it is read', content: { [journalType]: { schema: jsonl } } }, ...refusals },
      },
    },
    async (request, reply) => {
      const summary = await visibleRepl(parts, request, request.params.name);
      void reply
        .type(`${journalType}; charset=utf-8`)
        .header('content-disposition', `attachment; filename="${summary.name ?? summary.id}.jsonl"`);
      return sendStream(reply, journalLines(parts.journal, summary));
    },
  );

  routes.post(
    '/api/repl/sessions/import',
    {
      bodyLimit: largestJournal,
      config: { bodyType: journalPattern },
      schema: {
        tags,
        operationId: 'importReplSession',
        summary: 'A session of your own, made of a journal by running its commands again',
        description:
          'Each command is run with the clock and the seed that its input has, and what a model answered is taken from the journal: no ' +
          'model is asked. In the shape of the session server’s document, or in the older dialect (`ts`, `result`). What is printed or ' +
          'comes to something else than the journal says is told, and no error. Where something is wrong nothing is left behind.',
        consumes: [journalType],
        body: jsonl,
        querystring: importQuery,
        response: { 201: importedSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const file = request.body as unknown as JournalFile;
      const { llm, language = file.dialect === 'older' ? 'scheme' : 'javascript' } = file.header;
      if (llm) checkHost(caller);
      const name = nameFor(file, request.query.name);
      const spec = {
        owner: caller.user.id,
        name,
        language: request.query.language ?? language,
        accessMode: 'readwrite' as const,
        ...(llm && { llm }),
        entries: file.entries,
      };
      const answer = await once(parts, request, async (receipt) => {
        let told = answerOf(500, {});
        await parts.repl.names.give(caller.user.id, name, async () => {
          const { session } = await parts.repl.repl.import(spec, (imported) => ({
            receipt,
            answer: (id, { state }) => {
              const summary = parts.summarize(id, state) as ReplSummary;
              return (told = answerOf(201, { ...toReplSession(summary), imported: toImported(imported, file) }));
            },
          }));
          return session;
        });
        return told;
      }).catch((error: unknown) => {
        throw error instanceof ReplayError ? wrongLine(file.lines[error.seq] ?? 1, error.message) : error;
      });
      return sendAnswer(reply, answer);
    },
  );
};

/** Journals are not JSON, but each line of them is. */
const journalBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(journalPattern, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (request.headers['idempotency-key'] !== undefined) request.fingerprint = fingerprintOf(body);
    return readJournal(body, parseJson);
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => {
    if (body.length > 0) throw new Problem('unsupported_media_type', `send ${journalType}`);
    return undefined;
  });
  app.addHook('preValidation', (request, _reply, done) => {
    const isMissing = request.method === 'POST' && request.body === undefined;
    done(isMissing ? invalid([{ path: '', message: 'the body is empty' }]) : undefined);
  });
};

const nameFor = ({ header }: JournalFile, given: string | undefined): string => {
  const name = given ?? [header.name, header.id].find((one) => one !== undefined && isReplName(one));
  if (name !== undefined) return name;
  throw invalid([{ path: 'name', message: 'the journal has none that fits: say one, as in ?name=notes' }]);
};

const toImported = ({ commands, differing }: Imported, { events, passedOver }: JournalFile) => ({
  events,
  commands,
  differences: differing.length,
  differing: differing.slice(0, mostTold),
  passedOver,
});
