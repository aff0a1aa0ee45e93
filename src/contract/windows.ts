import { z } from 'zod';
import { count, usd } from './fields.ts';

/** How providers' limits stand, and what agents report of them. Times are ISO 8601 in UTC. */

const instant = z.iso.datetime();
const longestWindow = 366 * 24 * 60;
const mostPercent = 1000;
const mostAtOnce = 64;

const source = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be small letters, digits and hyphens')
  .meta({ description: 'The agent', example: 'claude' });

const windowMinutes = z
  .int()
  .min(1)
  .max(longestWindow)
  .meta({ description: 'Length of the window: 300 are five hours, 10080 a week', example: 300 });

const limitReportSchema = z
  .strictObject({
    source,
    windowMinutes,
    usedPercent: z.number().min(0).max(mostPercent),
    resetsAt: instant.optional().meta({ description: 'When the window begins anew' }),
    at: instant.optional().meta({ description: 'When it was so; now when absent' }),
  })
  .meta({ id: 'LimitReport', description: 'How far a limit is used, as the provider told it' });

export const limitReportsRequest = z
  .strictObject({ limits: z.array(limitReportSchema).min(1).max(mostAtOnce) })
  .meta({ id: 'LimitReports' });

export type LimitReport = z.infer<typeof limitReportSchema>;

export const limitsTakenSchema = z
  .object({ taken: count(0).meta({ description: 'How many; what was known already is kept once' }) })
  .meta({ id: 'LimitsTaken' });

export const windowBases = ['official', 'calibrated', 'estimated'] as const;

const tokens = count(0);
const percent = z.number().min(0);

const amount = { tokens: tokens.meta({ description: 'Input, output and cache writes' }), costUsd: usd };

const readingSchema = z
  .object({ at: instant.meta({ description: 'When it was first so' }), tokensSince: tokens, costUsdSince: usd })
  .meta({ id: 'WindowReading' });

const burnSchema = z
  .object({
    tokensPerMinute: z.number().min(0),
    costUsdPerMinute: usd,
    halfLifeMinutes: z.number().meta({ description: 'What was used so long ago weighs half' }),
  })
  .meta({ id: 'WindowBurn' });

const projectionSchema = z
  .object({
    ...amount,
    usedPercent: percent.optional(),
    limitAt: instant.optional().meta({ description: 'When all will be used; absent when not before the window ends' }),
  })
  .meta({ id: 'WindowProjection' });

export const usageWindowSchema = z
  .object({
    source,
    windowMinutes,
    basis: z.enum(windowBases).meta({
      description:
        'What usedPercent is based on. official: the agent told it; calibrated: usage, by what a percent was when it last told; ' +
        'estimated: usage, by the most that an ended window of yours has held',
    }),
    usedPercent: percent.optional().meta({ description: 'Absent where there is nothing to hold it against' }),
    reading: readingSchema.optional().meta({ description: 'Of an official one: its age, and what was used since' }),
    startsAt: instant.optional().meta({ description: 'Absent while no window runs' }),
    resetsAt: instant.optional().meta({
      description: 'Absent too where it is not known: it is then the latest stretch of its length',
    }),
    ...amount,
    cacheRead: tokens.meta({ description: 'Tokens read from caches, which count towards no limit here' }),
    responses: count(0),
    unpriced: count(0).meta({ description: 'Responses without a price: what they cost is not known, which is not 0' }),
    measure: z.enum(['tokens', 'cost']).meta({ description: 'What percentages that are not official are shares of' }),
    limitTokens: tokens.optional().meta({ description: 'Taken for all of the limit, where tokens are the measure' }),
    limitUsd: usd.optional().meta({ description: 'Taken for all of the limit, where cost is the measure' }),
    burn: burnSchema.meta({ description: 'The pace now; it decays while nothing is used' }),
    projection: projectionSchema.optional().meta({ description: 'At the window’s end, at this pace' }),
  })
  .meta({ id: 'UsageWindow' });

export const usageWindowsSchema = z
  .object({
    now: instant,
    windows: z.array(usageWindowSchema).meta({ description: 'By source, shortest first' }),
  })
  .meta({ id: 'UsageWindows' });

export type UsageWindowView = z.infer<typeof usageWindowSchema>;
export type UsageWindowsView = z.infer<typeof usageWindowsSchema>;
