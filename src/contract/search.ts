import { z } from 'zod';
import { count, queryCount } from './fields.ts';
import { idSchema } from './ids.ts';

/** What was said in agents' sessions, and how it is looked for; the words of a query are told in search-terms.ts. */

const longestQuery = 1000;
const longestName = 4096;
/** Of a page. */
export const usualTexts = 20;
const mostTexts = 100;

export const spokenBy = z.enum(['user', 'agent']);

const named = (description: string) => z.string().min(1).max(longestName).optional().meta({ description });
const moment = (description: string) =>
  z
    .union([z.iso.date(), z.iso.datetime({ offset: true })])
    .optional()
    .meta({ description, example: '2026-11-20' });

export const searchQuery = z.strictObject({
  q: z
    .string()
    .min(1)
    .max(longestQuery)
    .meta({
      description:
        'Words that must all occur; "exact phrases"; the beginning of a word*; and -what must not occur. Case and accents do not matter. ' +
        'Of languages without spaces between words, any part of what was said',
      example: '"session cookie" login* -draft',
    }),
  limit: queryCount(1, mostTexts, `Texts of a page (${usualTexts})`).optional(),
  cursor: z.string().min(1).max(100).optional().meta({ description: 'From the answer before: goes on after it' }),
  source: named('Only what was said to or by this agent, e.g. claude'),
  project: named('Only in sessions that began in this directory or below it: an absolute path'),
  session: named('Only in this session: its id here, or the agent’s own'),
  since: moment('Only what was said on this day (of UTC) or later, or from this moment on'),
  until: moment('Only what was said on this day (of UTC) or earlier, or before this moment'),
  by: spokenBy.optional().meta({ description: 'Only prompts (user), or only answers (agent)' }),
});

const foundSchema = z
  .object({
    session: idSchema,
    agentSession: z.string().meta({ description: 'The agent’s own id of the session' }),
    agentId: z.string().optional().meta({ description: 'The subagent that said it' }),
    source: z.string().meta({ description: 'Which agent', example: 'claude' }),
    project: z.string().optional().meta({ description: 'The directory in which the session began' }),
    title: z.string().optional().meta({ description: 'The session’s name' }),
    at: z.iso.datetime({ precision: 3 }),
    by: spokenBy,
    snippet: z
      .string()
      .meta({ description: 'The part that fits best, on one line, as it was said: data, never to be taken for HTML' }),
    marks: z.array(z.object({ start: count(0), end: count(0) })).meta({
      description:
        'What fits in the snippet: from `start` up to before `end`, in UTF-16 units, as strings of JavaScript count',
    }),
    cut: z
      .literal(true)
      .optional()
      .meta({ description: 'The text is longer than 64 KB; what lies beyond is not searched' }),
  })
  .meta({ id: 'FoundText' });

const indexSchema = z
  .object({
    state: z.enum(['ready', 'reading', 'off']).meta({
      description: 'reading: some of what was said may not be found yet · off: the server was started with --no-search',
    }),
    files: count(0).optional().meta({ description: 'While it is reading: how many files are done' }),
    of: count(0).optional().meta({ description: 'And how many there are to read, as far as that is known' }),
  })
  .meta({ id: 'SearchIndex' });

export const foundTextsSchema = z
  .object({
    texts: z.array(foundSchema).meta({
      description:
        'What fits best first, and of what fits as well the latest. Only from sessions that the caller may read',
    }),
    total: count(0).meta({ description: 'How many fit; of more than 20,000 only the latest are ranked and counted' }),
    cursor: z.string().optional().meta({ description: 'Absent at the end' }),
    index: indexSchema,
  })
  .meta({ id: 'FoundTexts' });
