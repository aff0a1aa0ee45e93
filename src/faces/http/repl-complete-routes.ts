import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { noQuery } from '../../contract/fields.ts';
import { invalid } from '../../contract/problem.ts';
import { completeRequest, completeResponse, replErrorSchema, replParams } from '../../contract/repl-calls.ts';
import { fitting, keywords, placeIn, wordCompletions } from '../repl-complete.ts';
import { fittingInScheme, placeInScheme } from '../repl-complete-scheme.ts';
import { isWord, wordSyntaxes } from '../repl-words.ts';
import { answerOf, sendAnswer } from './answers.ts';
import type { FaceParts } from './parts.ts';
import { changeableRepl } from './repl-of-caller.ts';

/** Completion of what is being typed, for those who may run it. */
export const replCompleteRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.post(
    '/api/repl/sessions/:name/complete',
    {
      schema: {
        tags: ['repl'],
        operationId: 'completeCode',
        summary: 'What may stand where the cursor is',
        description:
          'From the session as it is now, without running anything of it. While a command runs there are no completions: nobody waits for one.',
        params: replParams,
        body: completeRequest,
        querystring: noQuery,
        response: { 200: completeResponse, '4XX': replErrorSchema, '5XX': replErrorSchema },
      },
    },
    async (request, reply) => {
      const { code, cursor = code.length } = request.body;
      if (cursor > code.length)
        throw invalid([
          { path: 'cursor', message: `must not be beyond the code, which has ${code.length} characters` },
        ]);
      const { id, repl } = await changeableRepl(parts, request, request.params.name);
      if (isWord(code)) return sendAnswer(reply, answerOf(200, wordCompletions(code.slice(0, cursor), wordSyntaxes())));
      const none = { completions: [], start: cursor };
      const isScheme = repl.language === 'scheme';
      const place = (isScheme ? placeInScheme : placeIn)(code, cursor);
      if (place === undefined) return sendAnswer(reply, answerOf(200, none));
      const { path, prefix, start } = place;
      const isAtTop = path === '';
      // Of all that there is at the top, what was not begun to be typed is of no help.
      const names = await parts.repl.repl.complete(id, path, isAtTop && prefix === '');
      if (isScheme) return sendAnswer(reply, answerOf(200, { completions: fittingInScheme(names, prefix), start }));
      const words = isAtTop && prefix !== '' && names.length > 0 ? keywords : [];
      return sendAnswer(reply, answerOf(200, { completions: fitting([...names, ...words], prefix), start }));
    },
  );
};
