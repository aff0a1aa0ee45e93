import { z } from 'zod';
import { alertLevels, thresholds } from './event.ts';
import { queryCount, shortText, time } from './fields.ts';
import { idSchema } from './ids.ts';

/** Hooks: what is called when an alert is raised. Times are Unix ms. */

const mostWords = 64;
const longestWord = 4096;

const about = {
  name: shortText.optional(),
  thresholds: z
    .array(z.enum(thresholds))
    .min(1)
    .max(thresholds.length)
    .optional()
    .meta({ description: 'Only alerts of these thresholds' }),
  levels: z.array(z.enum(alertLevels)).min(1).max(alertLevels.length).optional(),
  session: idSchema.optional().meta({ description: 'Only alerts of this session' }),
};

const url = z.string().min(1).max(2048).meta({ description: 'http or https', example: 'https://example.com/alerts' });
const word = z
  .string()
  .max(longestWord)
  .regex(/^[^\0]*$/, 'must not hold a NUL');
const argv = z
  .array(word)
  .min(1)
  .max(mostWords)
  .refine(([program]) => program !== '', { message: 'must name a program', path: [0] })
  .meta({ description: 'The program and its arguments; no shell reads them', example: ['notify-send', 'stint'] });

export const newHookRequest = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('webhook'),
      url,
      allowPrivate: z
        .boolean()
        .optional()
        .meta({ description: 'May lead to private addresses, such as this machine’s; only the owner may say so' }),
      ...about,
    }),
    z.strictObject({ kind: z.literal('command'), argv, ...about }),
  ])
  .meta({ id: 'NewHook' });

export const changeHookRequest = z
  .strictObject({
    enabled: z.boolean().meta({ description: 'A hook that is off hears of nothing; on again, of what is raised then' }),
  })
  .meta({ id: 'ChangeHook' });

export const hookSchema = z
  .object({
    id: idSchema,
    kind: z.enum(['webhook', 'command']),
    url: z.string().optional(),
    allowPrivate: z.boolean().optional(),
    argv: z.array(z.string()).optional(),
    ...about,
    createdAt: time,
    enabled: z.boolean(),
    failingSince: time.optional().meta({ description: 'Since when nothing but failures' }),
    off: z
      .object({ at: time, reason: z.string() })
      .optional()
      .meta({ description: 'When and why it was switched off' }),
  })
  .meta({ id: 'Hook' });

export const madeHookSchema = hookSchema
  .extend({
    secret: z.string().optional().meta({ description: 'A webhook’s; shown once. Deliveries are signed with it' }),
  })
  .meta({ id: 'MadeHook' });

export const hookListSchema = z.object({ hooks: z.array(hookSchema) }).meta({ id: 'HookList' });

const attemptSchema = z
  .object({
    ok: z.boolean(),
    ms: z.number().meta({ description: 'How long it took' }),
    status: z.number().optional().meta({ description: 'HTTP status of the answer' }),
    exitCode: z.number().optional(),
    error: z.string().optional().meta({ description: 'What went wrong' }),
    output: z.string().optional().meta({ description: 'The end of what the command said' }),
  })
  .meta({ id: 'HookAttempt' });

export type HookAttempt = z.infer<typeof attemptSchema>;
export const testedHookSchema = attemptSchema;

export const deliveryStates = ['pending', 'delivered', 'failed', 'dropped'] as const;

export const deliverySchema = z
  .object({
    id: z.string().meta({ description: 'The same at every attempt: the header webhook-id' }),
    state: z.enum(deliveryStates).meta({
      description:
        'failed: given up; dropped: the hook was switched off, or its maker may no longer hear of the session',
    }),
    alertId: idSchema,
    sessionId: idSchema,
    threshold: z.enum(thresholds),
    level: z.enum(alertLevels),
    createdAt: time,
    attempts: z.number(),
    nextAt: time.optional(),
    lastAt: time.optional(),
    last: attemptSchema.optional(),
  })
  .meta({ id: 'HookDelivery' });

export const deliveryListSchema = z
  .object({
    deliveries: z.array(deliverySchema),
    cursor: z.string().optional().meta({ description: 'Continues the walk; absent at the end' }),
  })
  .meta({ id: 'HookDeliveryList' });

export const deliveriesQuery = z.strictObject({
  limit: queryCount(1, 200, 'At most this many (50)').optional(),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'is not one that a list answered')
    .optional(),
});

/** What is sent: the body of a webhook, the input of a command. */
export const alertMessageSchema = z
  .object({
    type: z.enum(['alert.raised', 'hook.test']),
    timestamp: z.string().meta({ format: 'date-time', description: 'When the alert was raised' }),
    data: z.object({
      alertId: z.string().meta({ description: 'The same for every hook that hears of the alert' }),
      at: time,
      threshold: z.enum(thresholds),
      level: z.enum(alertLevels),
      message: z.string(),
      budget: z
        .string()
        .optional()
        .meta({ description: 'Id of the budget across sessions whose threshold it is (across_…)' }),
      session: z.object({
        id: z.string(),
        name: z.string().optional(),
        kind: z.string(),
        status: z.string(),
        owner: z.string(),
      }),
      tokensUsed: z.number(),
      tokenBudget: z.number().optional(),
    }),
  })
  .meta({ id: 'AlertMessage' });

export type AlertMessage = z.infer<typeof alertMessageSchema>;
