import { z } from 'zod';
import { time } from './fields.ts';
import { idSchema, isId } from './ids.ts';
import { checkpointSchema, sessionSchema, usageSchema } from './timer.ts';

/** Analytics and export of the timer contract. */

const mostSessions = 400;

/** Ids, given several times or with commas between. */
const sessionIds = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((text) => text.split(',')))
  .pipe(
    z
      .array(z.string().refine(isId, 'is not the id of a session'))
      .max(mostSessions)
      .transform((ids) => [...new Set(ids)]),
  )
  .optional()
  .meta({ description: 'Only these sessions: repeated, or with commas between' });

/** The zone is looked up by the route. */
const timeZone = z
  .string()
  .min(1)
  .max(100)
  .optional()
  .meta({ description: 'IANA time zone in which hours and days begin (UTC)', example: 'Europe/Berlin' });

export const analyticsQuery = z.strictObject({
  period: z.enum(['hour', 'day', 'week', 'month']).meta({
    description: 'hour: 12 buckets of 5 minutes; day: 24 hours; week: 7 days; month: 30 days; the last holds now',
  }),
  sessions: sessionIds,
  tz: timeZone,
});

const duration = z.int().min(0);

const trendSchema = z
  .object({
    timestamp: time.meta({ description: 'Where the bucket begins' }),
    tokensUsed: z.number(),
    sessionCount: z.int().meta({ description: 'Sessions with tokens or active time in it' }),
    averageDuration: duration.meta({ description: 'Mean of their active time inside it, ms' }),
  })
  .meta({ id: 'AnalyticsTrend' });

export const analyticsSchema = z
  .object({
    totalSessions: z.int().meta({ description: 'Sessions with tokens or active time in the period' }),
    totalTokens: z.number(),
    averageSessionDuration: duration.meta({ description: 'Mean of their active time inside it, ms' }),
    peakUsageHours: z
      .array(z.int().min(0).max(23))
      .max(5)
      .meta({ description: 'Hours of the day with tokens, most first' }),
    trends: z.array(trendSchema).meta({ description: 'Empty buckets are there, with zeros' }),
    period: z.enum(['hour', 'day', 'week', 'month']),
    tz: z.string().meta({ description: 'The time zone, as the IANA database spells it' }),
  })
  .meta({ id: 'UsageAnalytics' });

export const exportTables = ['sessions', 'tokenUsage', 'checkpoints'] as const;
export type ExportTable = (typeof exportTables)[number];

export const exportQuery = z
  .strictObject({
    format: z.enum(['json', 'csv']).optional().meta({ description: 'json when absent' }),
    table: z
      .enum(exportTables)
      .optional()
      .meta({ description: 'With csv: this table alone; else all in one, each line with the name of its table' }),
    sessions: sessionIds,
  })
  .refine(({ format, table }) => table === undefined || format === 'csv', {
    path: ['table'],
    message: 'goes with format=csv',
  });

export const exportSchema = z
  .object({
    sessions: z.array(sessionSchema),
    tokenUsage: z.array(usageSchema),
    checkpoints: z.array(checkpointSchema),
    damaged: z
      .array(z.object({ sessionId: idSchema, message: z.string() }))
      .optional()
      .meta({ description: 'Sessions of which rows are missing above, since the journal is damaged' }),
  })
  .meta({ id: 'Export' });
