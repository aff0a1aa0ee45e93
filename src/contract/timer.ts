import { z } from 'zod';
import { eventTypes, sessionKinds, usageSources } from './event.ts';
import { callersOwn, count, duration, queryCount, shortText, time, usd } from './fields.ts';
import { idSchema } from './ids.ts';

/** The timer contract: time and token budget. All times Unix ms, durations ms. */

export const sessionStatus = z.enum(['active', 'paused', 'completed']);
export const sessionKind = z.enum(sessionKinds);
export const onBudget = z.enum(['warn', 'pause']);
export const budgetCounts = z.enum(['new', 'all']);
export const onDue = z.enum(['complete', 'extend']);

const absolutePath = z.string().min(1).max(4096).startsWith('/', 'must be an absolute path');

const runSchema = z
  .strictObject({
    directory: absolutePath.meta({ description: 'Where the command runs' }),
    pid: count(1).optional().meta({ description: 'Process that owns the session, on the server’s machine' }),
    pidStartedAt: shortText.optional().meta({ description: 'Its start time as the operating system tells it' }),
    agentConfigDir: absolutePath.optional().meta({ description: 'CLAUDE_CONFIG_DIR of the command' }),
  })
  .meta({
    id: 'Run',
    description: 'A command of the user’s; its tokens are read from the transcripts in its directory',
  });

const agentSchema = z
  .object({
    source: z.string().meta({ description: 'Which agent', example: 'claude' }),
    sessionId: z.string().meta({ description: 'The agent’s own id of the session' }),
    directory: z.string().optional(),
    gitBranch: z.string().optional(),
    forkedFrom: z.string().optional().meta({ description: 'The agent’s own id of the session it was forked from' }),
    machine: z.string().optional().meta({ description: 'The machine that it was pushed from' }),
    shared: z
      .number()
      .optional()
      .meta({ description: 'Responses in its history that another session had first, and that count there' }),
  })
  .meta({ id: 'AgentSession', description: 'A session of an agent’s that was found by what the agent leaves on disk' });

export const startRequest = z
  .strictObject({
    name: shortText.optional(),
    duration,
    tokenBudget: count(1).optional(),
    onBudget: onBudget.optional().meta({ description: 'At 100 % of the budget: alert only (warn), or pause as well' }),
    budgetCounts: budgetCounts
      .optional()
      .meta({ description: 'Tokens that count: new ones (input, output, cache writes), or all, cache reads too' }),
    onDue: onDue.optional().meta({
      description: 'At the end of the time: complete, or run on, marked over, and be extended by what it overran',
    }),
    run: runSchema.optional(),
  })
  .meta({ id: 'StartSession' });

export const changeRequest = z
  .strictObject({
    status: sessionStatus.optional(),
    name: shortText.optional(),
    tokenBudget: count(1).optional(),
    duration: duration.optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    message: 'give at least one of status, name, tokenBudget, duration',
  })
  .meta({ id: 'ChangeSession' });

export const tokensRequest = z
  .strictObject({
    tokensUsed: count(1),
    operation: shortText,
    timestamp: time.optional(),
    model: shortText.optional(),
    input: count(0).optional(),
    output: count(0).optional(),
    cacheRead: count(0).optional(),
    cacheWrite5m: count(0).optional(),
    cacheWrite1h: count(0).optional(),
    costUsd: usd.optional(),
  })
  .meta({ id: 'RecordTokens' });

export const checkpointRequest = z
  .strictObject({ phase: shortText, promptCount: count(0), metadata: callersOwn.optional() })
  .meta({ id: 'ReachCheckpoint' });

export const sessionSchema = z
  .object({
    id: idSchema,
    name: z.string().optional(),
    kind: sessionKind,
    owner: idSchema.meta({ description: 'The user’s id' }),
    status: sessionStatus,
    outcome: z.enum(['completed', 'failed', 'cancelled', 'timed_out']).optional().meta({ description: 'How it ended' }),
    startTime: time,
    endTime: time.optional(),
    duration: z.number().meta({ description: 'ms; 0 without a limit' }),
    unlimited: z.literal(true).optional(),
    elapsed: z.number().meta({ description: 'Active time so far, pauses left out, ms' }),
    remaining: z.number().meta({ description: 'ms; 0 when the time is up or there is no limit' }),
    over: z.literal(true).optional().meta({ description: 'The time was up and the session ran on' }),
    tokenBudget: z.number().optional(),
    tokensUsed: z.number(),
    cacheRead: z.number().optional().meta({ description: 'Tokens read from caches, shown apart' }),
    onBudget,
    budgetCounts,
    onDue,
    run: runSchema.optional(),
    agent: agentSchema.optional(),
    costUsd: usd.optional().meta({ description: 'What its responses cost, as far as they have a price' }),
    unpriced: z.number().optional().meta({ description: 'Responses without a price' }),
    models: z.array(z.string()).optional().meta({ description: 'Models that answered' }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Session' });

export const checkpointSchema = z
  .object({
    id: idSchema,
    sessionId: idSchema,
    phase: z.string(),
    promptCount: z.number(),
    tokensUsed: z.number().meta({ description: 'Total at that moment' }),
    timestamp: time,
    metadata: callersOwn.optional(),
  })
  .meta({ id: 'Checkpoint' });

export const sessionWithCheckpointsSchema = sessionSchema
  .extend({ checkpoints: z.array(checkpointSchema) })
  .meta({ id: 'SessionWithCheckpoints' });

export const usageSchema = z
  .object({
    id: idSchema,
    sessionId: idSchema,
    tokensUsed: z.number(),
    operation: z.string(),
    timestamp: time,
    cumulativeTotal: z.number().meta({ description: 'Total after this row, in order of arrival' }),
    source: z.enum(usageSources),
    reconciled: z
      .number()
      .optional()
      .meta({ description: 'So many of tokensUsed had been told by another source; the total grows by the rest' }),
    cacheReconciled: z.number().optional().meta({ description: 'The same of cacheRead' }),
    reasoning: z.number().optional().meta({ description: 'Part of output' }),
    run: idSchema.optional().meta({ description: 'The session of `stint run` that has the same tokens' }),
    model: z.string().optional(),
    input: z.number().optional(),
    output: z.number().optional(),
    cacheRead: z.number().optional(),
    cacheWrite5m: z.number().optional(),
    cacheWrite1h: z.number().optional(),
    costUsd: usd.optional(),
  })
  .meta({ id: 'TokenUsage' });

const usageTotals = {
  totalUsed: z.number(),
  averagePerMinute: z.number(),
  projectedTotal: z.number(),
};

export const recordedUsageSchema = z.object({ usage: usageSchema, ...usageTotals }).meta({ id: 'RecordedUsage' });
export const usageHistorySchema = z
  .object({ usage: z.array(usageSchema), ...usageTotals })
  .meta({ id: 'UsageHistory' });

export const projectionSchema = z
  .object({
    currentRate: z.number().meta({ description: 'Tokens a minute' }),
    projectedTotal: z.number(),
    timeToLimit: z.number().nullable().meta({ description: 'Minutes; 0 when over, null without a budget or a rate' }),
    confidence: z.number().min(0).max(1),
  })
  .meta({ id: 'UsageProjection' });

export const sessionListSchema = z
  .object({
    sessions: z.array(sessionSchema),
    total: z.number(),
    limit: z.number(),
    offset: z.number(),
    cursor: z.string().optional().meta({ description: 'Continues the walk; absent at the end' }),
  })
  .meta({ id: 'SessionList' });

export const eventSchema = z
  .object({
    position: z.number().meta({ description: 'Global, rising, may have gaps' }),
    session: idSchema,
    seq: z.number().meta({ description: 'From 0 without gaps in the session' }),
    type: z.string(),
    at: time,
    data: callersOwn,
  })
  .meta({ id: 'SessionEvent' });

export const eventPageSchema = z
  .object({
    events: z.array(eventSchema),
    next: z.number().optional().meta({ description: 'Pass as `after` to go on' }),
  })
  .meta({ id: 'EventPage' });

export const listQuery = z.strictObject({
  limit: queryCount(1, 200, 'At most this many (50)').optional(),
  offset: queryCount(0, Number.MAX_SAFE_INTEGER, 'Leave out this many, counted from the newest').optional(),
  status: sessionStatus.optional(),
  kind: sessionKind.optional(),
  q: shortText.optional().meta({ description: 'The name contains this' }),
  cursor: z.string().min(1).max(200).optional().meta({ description: 'From the answer before: continues after it' }),
});

export const usageQuery = z.strictObject({
  limit: queryCount(1, Number.MAX_SAFE_INTEGER, 'At most this many (all)').optional(),
  after: idSchema.optional().meta({ description: 'Only rows after the one with this id' }),
});

export const eventsQuery = z.strictObject({
  after: queryCount(0, Number.MAX_SAFE_INTEGER, 'Only events with a greater seq').optional(),
  limit: queryCount(1, 1000, 'At most this many (100)').optional(),
  type: z.enum(eventTypes).optional().meta({ description: 'Only events of this type' }),
});

export const sessionParams = z.object({ id: z.string() });
