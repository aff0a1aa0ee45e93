import { z } from 'zod';
import { count, queryCount, shortText, time } from './fields.ts';

/** A machine's ledger on its way to another server: its responses as transcripts told of them, and what is known of their sessions. */

/** Nothing else can be in the names of a ledger. */
const isName = (text: string): boolean => !text.includes('\0');
const named = (longest: number) => z.string().min(1).max(longest).refine(isName, 'has a character that no name has');
/** Before the first of agents; what is told of such a time was told by a clock that was wrong. */
const firstTime = Date.UTC(2020, 0, 1);
const happened = time.min(firstTime);
/** More than any response holds. */
const tokens = count(0).max(100_000_000);

const source = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/)
  .refine((name) => name !== 'api', 'is no agent')
  .meta({ description: 'Which agent', example: 'claude' });
const sessionId = named(256).meta({ description: 'The agent’s own id of the session' });
const directory = named(4096);

const billingSchema = z
  .strictObject({
    provider: named(256).optional(),
    tier: named(256).optional(),
    speed: named(256).optional(),
    region: named(256).optional(),
    costUsd: z.number().min(0).max(1_000_000).optional().meta({ description: 'As the agent itself stored it' }),
  })
  .meta({ id: 'ResponseBilling', description: 'What a price depends on besides, in the agent’s own words' });

export const pushedRowSchema = z
  .strictObject({
    source,
    key: named(512).meta({ description: 'With source and request what tells responses apart' }),
    request: named(512).optional(),
    sessionId: sessionId.meta({ description: 'The agent’s own id of the session that had it first' }),
    agentId: named(256).optional().meta({ description: 'The subagent’s' }),
    sidechain: z.boolean(),
    model: named(512).meta({ description: 'As the agent writes it' }),
    project: directory.optional().meta({ description: 'Absolute path, on the machine where it was used' }),
    beganAt: happened,
    at: happened,
    bornAt: z.number().min(0).max(8.64e15).meta({ description: 'When the file came to be that had it first, Unix ms' }),
    input: tokens,
    output: tokens,
    reasoning: tokens,
    cacheRead: tokens,
    cacheWrite5m: tokens,
    cacheWrite1h: tokens,
    webSearches: count(0).max(1_000_000).optional(),
    confidence: z.enum(['exact', 'incomplete', 'estimated']),
    billing: billingSchema.optional(),
  })
  .meta({ id: 'LedgerRow', description: 'A response, as a transcript told of it' });

export const pushedSessionSchema = z
  .strictObject({
    source,
    sessionId,
    name: shortText.refine(isName, 'has a character that no name has').optional(),
    directory: directory.optional(),
    gitBranch: named(1024).optional(),
    forkedFrom: sessionId.optional().meta({ description: 'The agent’s own id of the session it was forked from' }),
    startedAt: happened.optional(),
  })
  .meta({ id: 'LedgerSession', description: 'What is known of an agent’s session besides' });

const mostRows = 2000;

export const pushRequest = z
  .strictObject({
    machine: shortText.meta({ description: 'What the machine is called', example: 'laptop' }),
    rows: z.array(pushedRowSchema).max(mostRows),
    sessions: z.array(pushedSessionSchema).max(mostRows).optional(),
  })
  .meta({ id: 'PushUsage' });

export const pushedSchema = z
  .object({
    taken: count(0).meta({ description: 'Responses that are new, or of which more is known now' }),
    known: count(0).meta({ description: 'Responses that brought nothing new' }),
  })
  .meta({ id: 'UsagePushed' });

export const largestPage = 1000;
export const usualPage = 500;

export const ledgerRowsQuery = z.strictObject({
  since: queryCount(0, Number.MAX_SAFE_INTEGER, 'Only what came in, or changed, after this `upTo`').optional(),
  after: queryCount(0, Number.MAX_SAFE_INTEGER, 'Only what follows this `next`').optional(),
  limit: queryCount(1, largestPage, `Rows in the answer (${usualPage})`).optional(),
});

export const ledgerRowsSchema = z
  .object({
    rows: z.array(pushedRowSchema).meta({ description: 'In an order that stays: a row that changes keeps its place' }),
    sessions: z.array(pushedSessionSchema).meta({ description: 'Those of the rows' }),
    leftOut: count(0).meta({ description: 'Rows that can’t be pushed, for instance with a time that can’t be' }),
    next: count(0).optional().meta({ description: 'Where the next page begins; absent at the end' }),
    upTo: count(0).meta({ description: 'Of the first page of a walk: what came in later than it comes `since` this' }),
  })
  .meta({ id: 'LedgerRows' });

export type PushedRow = z.infer<typeof pushedRowSchema>;
export type PushedSession = z.infer<typeof pushedSessionSchema>;
export type PushUsage = z.infer<typeof pushRequest>;
export type UsagePushed = z.infer<typeof pushedSchema>;
export type LedgerRows = z.infer<typeof ledgerRowsSchema>;
