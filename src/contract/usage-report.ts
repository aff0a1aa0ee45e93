import { z } from 'zod';
import { count, usd } from './fields.ts';

/** Reports of usage across agents: what is asked for, and how it is answered. Days are those of the time zone asked for. */

export const usageReportKinds = ['daily', 'weekly', 'monthly', 'blocks', 'sessions', 'models', 'projects'] as const;
export type UsageReportKind = (typeof usageReportKinds)[number];

const longestName = 4096;
const named = (description: string) => z.string().min(1).max(longestName).optional().meta({ description });
const day = (description: string) => z.iso.date().optional().meta({ description, example: '2026-11-20' });

export const usageReportQuery = z
  .strictObject({
    since: day('Only what was used on this day or later'),
    until: day('Only what was used on this day or earlier'),
    tz: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'IANA time zone in which days begin (UTC)', example: 'Europe/Berlin' }),
    source: named('Only of this agent, e.g. claude'),
    model: named('Only of this model, as the agent writes it'),
    project: named('Only of agents that worked in this directory: an absolute path'),
    session: named('Only of this session: the agent’s own id'),
    breakdown: z
      .enum(['true', 'false'])
      .optional()
      .meta({ description: 'Adds `models` to each row, and `agents` to the sessions that had subagents' }),
  })
  .refine(({ since, until }) => since === undefined || until === undefined || since <= until, {
    path: ['until'],
    message: 'lies before since',
  });

const tokens = count(0);
const responses = count(0);

const sums = {
  input: tokens.meta({ description: 'Tokens that no cache held' }),
  output: tokens.meta({ description: 'With reasoning' }),
  reasoning: tokens.meta({ description: 'The part of output that is known to be reasoning' }),
  cacheRead: tokens,
  cacheWrite5m: tokens.meta({ description: 'Written to caches that are kept for five minutes' }),
  cacheWrite1h: tokens.meta({ description: 'Written to caches that are kept for an hour' }),
  costUsd: usd.meta({ description: 'US dollars, decimal; of the responses that have a price' }),
  unpriced: responses.meta({ description: 'Responses without a price: what they cost is not known, which is not 0' }),
  responses,
  incomplete: responses.meta({ description: 'Responses whose final count was never written: they used this or more' }),
};

export const usageSumsSchema = z.object(sums).meta({ id: 'UsageSums' });

const ofModelSchema = z
  .object({ model: z.string(), ...sums })
  .meta({ id: 'UsageOfModelInRow', description: 'What a row has of a model' });
const ofAgentSchema = z
  .object({ agentId: z.string(), ...sums })
  .meta({ id: 'UsageOfSubagent', description: 'What a session has of a subagent; it is in the session’s sums too' });

const instant = z.iso.datetime({ precision: 3 });
const mostFirst = 'most cost first, ties by tokens';

const models = {
  modelNames: z.array(z.string()).meta({ description: `Models that were used, ${mostFirst}` }),
  models: z.array(ofModelSchema).optional().meta({ description: 'With breakdown: each model, in the same order' }),
};
const sources = z.array(z.string()).meta({ description: `Agents that used it, ${mostFirst}` });
const span = { firstAt: instant, lastAt: instant };

const byDateSchema = z
  .object({ date: z.iso.date().meta({ description: 'The day; of a week its Monday' }), ...sums, ...models })
  .meta({ id: 'UsageOfDate' });

const byMonthSchema = z
  .object({ month: z.string().regex(/^\d{4}-\d\d$/), ...sums, ...models })
  .meta({ id: 'UsageOfMonth' });

const blockSchema = z
  .object({
    start: instant.meta({ description: 'Full hour of its first response; of a gap the last response before it' }),
    end: instant.meta({ description: 'Five hours after its start; of a gap the first response after it' }),
    gap: z.boolean().meta({ description: 'A pause between two blocks: all zeros' }),
    active: z.boolean().meta({ description: 'It goes on' }),
    ...sums,
    firstAt: instant.optional(),
    lastAt: instant.optional(),
    ...models,
  })
  .meta({ id: 'UsageBlock', description: 'Five hours that begin with the first response after the last ones' });

const sessionSchema = z
  .object({
    sessionId: z.string().meta({ description: 'The agent’s own id' }),
    source: z.string(),
    project: z.string().meta({ description: 'The directory in which it began; empty where that is not told' }),
    ...sums,
    ...span,
    ...models,
    agents: z.array(ofAgentSchema).optional().meta({ description: 'With breakdown: its subagents, where it had any' }),
  })
  .meta({ id: 'UsageOfSession' });

const modelSchema = z.object({ model: z.string(), sources, ...sums, ...span }).meta({ id: 'UsageOfModel' });

const projectSchema = z
  .object({ project: z.string(), sources, ...sums, ...span, ...models })
  .meta({ id: 'UsageOfProject' });

const skippedSchema = z
  .object({ source: z.string(), file: z.string(), reason: z.string(), count: count(1) })
  .meta({ id: 'SkippedUsage', description: 'Something that may hold usage and was not counted' });

const reportOf = <R extends z.ZodType>(id: string, rows: R) =>
  z
    .object({
      rows: z.array(rows),
      totals: usageSumsSchema.meta({ description: 'Of all rows' }),
      skipped: z.array(skippedSchema).meta({ description: 'The owner alone is told; empty for all others' }),
      lookedIn: z.array(z.string()).optional().meta({
        description: 'Folders in which agents’ files are looked for, whether they are there or not; for the owner',
      }),
    })
    .meta({ id });

/** What each kind is answered with. Rows that are about time come oldest first, others most cost first. */
export const usageReportSchemas = {
  daily: reportOf('UsageByDay', byDateSchema),
  weekly: reportOf('UsageByWeek', byDateSchema),
  monthly: reportOf('UsageByMonth', byMonthSchema),
  blocks: reportOf('UsageByBlock', blockSchema),
  sessions: reportOf('UsageBySession', sessionSchema),
  models: reportOf('UsageByModel', modelSchema),
  projects: reportOf('UsageByProject', projectSchema),
} as const satisfies Record<UsageReportKind, z.ZodType>;

export type UsageSums = z.infer<typeof usageSumsSchema>;

type Rows = { [K in UsageReportKind]: z.infer<(typeof usageReportSchemas)[K]>['rows'][number] };
export type UsageRow<K extends UsageReportKind = UsageReportKind> = Rows[K];

export interface UsageReport<K extends UsageReportKind = UsageReportKind> {
  rows: UsageRow<K>[];
  totals: UsageSums;
  skipped: z.infer<typeof skippedSchema>[];
  lookedIn?: string[];
}
