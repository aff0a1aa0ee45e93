import { z } from 'zod';
import { thresholds } from './event.ts';
import { count, shortText, time } from './fields.ts';
import { idSchema } from './ids.ts';

/** Budgets across sessions. Times are Unix ms; limits and what is used are in the unit of the budget's measure. */

export const budgetPeriods = ['day', 'week', 'month', 'total'] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

/** `tokens`: input, output and cache writes; `usd`: what they cost; `time`: sessions' active time, ms. */
export const budgetMeasures = ['tokens', 'usd', 'time'] as const;
export type BudgetMeasure = (typeof budgetMeasures)[number];

/** What is done when all of it is used: an alert only, or an alert and a pause of what stint runs. */
export const budgetActions = ['warn', 'pause'] as const;
export type BudgetAction = (typeof budgetActions)[number];

/** What a budget counts: only what has all of these; everything that its owner may see when none is given. */
export interface BudgetFilter {
  /** A session's id. */
  session?: string;
  /** Absolute path of a directory; what lies below it counts too. */
  project?: string;
  /** The source of the usage, e.g. `claude`. */
  agent?: string;
  model?: string;
}

const only = z
  .strictObject({
    session: idSchema.optional(),
    project: z
      .string()
      .max(4096)
      .regex(/^(\/|[A-Za-z]:[\\/])[^\0]*$/, 'must be an absolute path')
      .optional()
      .meta({ description: 'Absolute path of a directory; what lies below it counts too', example: '/home/ada/shop' }),
    agent: shortText.optional().meta({ description: 'Source of the usage', example: 'claude' }),
    model: shortText.optional().meta({
      description: 'With or without its date and whose it is; with a date, that one only',
      example: 'claude-opus-4-5',
    }),
  })
  .meta({ id: 'BudgetFilter', description: 'Only what has all of these; without one, all that you may see' });

const dollars = z
  .string()
  .regex(/^(\d{1,9}(\.\d{1,2})?|\d{1,5}\.\d{3,6})$/, 'must be US dollars such as 200 or 0.5')
  .refine((usd) => /[1-9]/.test(usd), 'must be more than 0')
  .meta({ description: 'US dollars, decimal', example: '200' });
const tokens = count(1).meta({ description: 'Tokens', example: 5_000_000 });
const milliseconds = count(1).meta({ description: 'Active time, ms', example: 144_000_000 });
const all = z.boolean().meta({ description: 'Cache reads count too; without it input, output and cache writes' });

const about = {
  name: shortText.optional(),
  only: only.optional(),
  period: z.enum(budgetPeriods).meta({ description: 'How long it is for; weeks begin on Mondays, `total` never ends' }),
  timeZone: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'IANA time zone in which the period begins; the server’s own when absent' }),
  action: z.enum(budgetActions).optional().meta({
    description: 'When all of it is used: an alert only (warn), or also a pause of the sessions that stint runs',
  }),
};

export const setBudgetRequest = z
  .discriminatedUnion('measure', [
    z.strictObject({ measure: z.literal('tokens'), limit: tokens, all: all.optional(), ...about }),
    z.strictObject({ measure: z.literal('usd'), limit: dollars, ...about }),
    z.strictObject({ measure: z.literal('time'), limit: milliseconds, ...about }),
  ])
  .meta({ id: 'SetBudget' });

export type SetBudget = z.infer<typeof setBudgetRequest>;

export const changeBudgetRequest = z
  .strictObject({
    name: shortText.optional(),
    limit: z
      .union([count(1), dollars])
      .optional()
      .meta({ description: 'In the unit of the budget’s measure' }),
    action: about.action,
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'must change something')
  .meta({ id: 'ChangeBudget' });

export type ChangeBudget = z.infer<typeof changeBudgetRequest>;

/** Whether it is near its end: 80 % used or heading over it, 95 %, all of it. */
export const budgetStates = ['within', 'warning', 'error', 'over'] as const;
export type BudgetState = (typeof budgetStates)[number];

const amount = z.union([z.number(), z.string()]);

export const budgetSchema = z
  .object({
    id: idSchema,
    name: z.string().optional(),
    owner: idSchema,
    only: z.object({
      session: z.string().optional(),
      project: z.string().optional(),
      agent: z.string().optional(),
      model: z.string().optional(),
    }),
    period: z.enum(budgetPeriods),
    timeZone: z.string(),
    measure: z.enum(budgetMeasures),
    all: z.boolean().optional(),
    limit: amount.meta({ description: 'Tokens, decimal US dollars (a string), or ms of active time' }),
    action: z.enum(budgetActions),
    createdAt: time,
    used: amount.meta({ description: 'In this period, in the unit of the limit' }),
    percent: z.number().meta({ description: 'Used of the limit, rounded down to a tenth' }),
    projected: amount.optional().meta({ description: 'At the end of the period, at the present pace' }),
    unpriced: z
      .number()
      .optional()
      .meta({ description: 'Responses in it whose price is not known: what they cost is not in `used`' }),
    periodStart: time.optional(),
    periodEnd: time.optional(),
    state: z.enum(budgetStates).meta({
      description:
        'warning: 80 % is used, or the period ends over the limit at this pace; error: 95 %; over: all of it',
    }),
    alerts: z
      .array(z.object({ threshold: z.enum(thresholds), at: time, session: z.string() }))
      .meta({ description: 'Raised in this period, since the limit was changed; each on the session that came to it' }),
    paused: z.array(z.string()).meta({ description: 'Sessions that it has paused and not resumed' }),
  })
  .meta({ id: 'Budget' });

export const budgetListSchema = z.object({ budgets: z.array(budgetSchema) }).meta({ id: 'BudgetList' });
