import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { User } from '../../access/credentials.ts';
import { errorSchema, millisecondsPerDay } from '../../contract/fields.ts';
import { invalid } from '../../contract/problem.ts';
import { foundTextsSchema, searchQuery, usualTexts } from '../../contract/search.ts';
import { termsIn } from '../../contract/search-terms.ts';
import type { SearchTerm } from '../../contract/search-terms.ts';
import type { TextQuery, TextsFound } from '../../journal/search.ts';
import { mayChange, seenBy } from '../rights.ts';
import { toFoundTexts, walkOf } from '../search-view.ts';
import { answerOf, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';

/** What was said in agents' sessions. */

type Parts = Pick<FaceParts, 'search' | 'clock'>;
type Query = z.infer<typeof searchQuery>;

export const searchRoutes =
  ({ search, clock }: Parts) =>
  async (app: FastifyInstance) => {
    app.withTypeProvider<ZodTypeProvider>().get(
      '/api/search',
      {
        schema: {
          tags: ['usage'],
          operationId: 'search',
          summary: 'Find what was said in agents’ sessions: prompts and answers',
          description:
            'Of the caller’s own sessions, and all for the owner. A viewer sees sessions, and reads nothing of what was said in them.',
          querystring: searchQuery,
          response: { 200: foundTextsSchema, '4XX': errorSchema, '5XX': errorSchema },
        },
      },
      async (request, reply) => {
        const query = queryOf(request.query, clock.now());
        const { user } = callerOf(request);
        const found = mayRead(user) ? await search.find({ ...query, ...seenBy(user) }) : nothing;
        return sendAnswer(reply, answerOf(200, toFoundTexts(found, search.state(), user.role === 'owner')));
      },
    );
  };

const nothing: TextsFound = { texts: [], total: 0 };

/** See docs/decisions/012-who-reads-what-was-said.md. */
const mayRead = (user: User): boolean => mayChange(user);

const queryOf = ({ q, limit = usualTexts, cursor, since, until, ...only }: Query, now: number): TextQuery => {
  const given = Object.entries(only).filter(([, value]) => value !== undefined);
  return {
    terms: wantedTerms(q),
    limit,
    walk: cursor === undefined ? { now, offset: 0 } : walkOf(cursor),
    ...(Object.fromEntries(given) as Partial<Pick<TextQuery, keyof typeof only>>),
    ...(since !== undefined && { since: Date.parse(since) }),
    ...(until !== undefined && { until: Date.parse(until) + (isDay(until) ? millisecondsPerDay : 0) }),
  };
};

/** Throws `invalid_request` where nothing is left to look for. */
const wantedTerms = (q: string): SearchTerm[] => {
  const terms = termsIn(q);
  if (terms.some(({ isExcluded }) => !isExcluded)) return terms;
  const message = terms.length === 0 ? 'has no word in it' : 'only tells what must not occur: give a word that must';
  throw invalid([{ path: 'q', message }]);
};

const isDay = (text: string): boolean => !text.includes('T');
