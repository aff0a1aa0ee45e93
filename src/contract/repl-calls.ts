import { z } from 'zod';
import { queryCount, shortText } from './fields.ts';
import { wrongWithModelUrl } from './model-url.ts';
import { checkpointReasons, modelProviders, replLanguages } from './repl.ts';
import { annotationSchema, noteDescription, noteTags } from './repl-notes.ts';

/** The calls of the repl contract at `/api/repl`. */

/** No id: what looks like one is taken for a session's. */
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const replName = z
  .string()
  .regex(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/,
    'must be 1 to 64 letters, digits, dots, _ or -, and not begin with a dot',
  )
  .refine((name) => !uuid.test(name), 'must not look like an id')
  .meta({ description: 'Unique among your REPL sessions', example: 'notes' });

/** One’s own by name, any that one may see by id. */
export const replParams = z.object({ name: z.string().meta({ description: 'Its name, or its id' }) });

const accessMode = z.enum(['readonly', 'readwrite']).meta({ description: '`readonly` refuses every command' });

const model = z
  .strictObject({
    provider: z.enum(modelProviders).meta({ description: '`openai` is any server that speaks its chat completions' }),
    model: shortText.meta({ example: 'claude-sonnet-4-5' }),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .superRefine((url, context) => {
        const message = wrongWithModelUrl(url);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      })
      .optional()
      .meta({ description: 'Where the provider is reached, when not at its own address; the owner’s to set' }),
  })
  .meta({ id: 'ReplModel', description: 'What `llm(…)` asks; the server’s machine has the key' });

export const createReplRequest = z
  .strictObject({
    name: replName,
    language: z.enum(replLanguages).optional().meta({ description: 'javascript when absent' }),
    accessMode: accessMode.optional(),
    llm: model.optional(),
  })
  .meta({ id: 'CreateReplSession' });

const isoTime = z.string().meta({ description: 'ISO 8601', example: '2026-11-20T12:00:00.000Z' });
const bytes = z.int().meta({ description: 'Bytes of its journal and its images' });

export const replSessionSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    created: isoTime,
    lastAccessed: isoTime,
    eventCount: z.int().meta({ description: 'Without the header' }),
    checkpointCount: z.int(),
    size: bytes,
    language: z.enum(replLanguages),
    accessMode,
    status: z.string().meta({ description: 'As of every session', example: 'active' }),
    forkedFrom: z.object({ session: z.string(), seq: z.int() }).optional(),
    llm: z
      .object({ provider: z.enum(modelProviders), model: z.string() })
      .optional()
      .meta({ description: 'What `llm(…)` asks' }),
  })
  .meta({ id: 'ReplSession' });

export const replListSchema = z.object({ sessions: z.array(replSessionSchema) }).meta({ id: 'ReplSessionList' });

export const executeRequest = z
  .strictObject({ command: z.string().max(512 * 1024) })
  .meta({ id: 'ExecuteRequest', example: { command: '1 + 1' } });
export const executeResponse = z
  .object({
    output: z.string().meta({ description: 'What it printed, and its value or error', example: '2' }),
    shouldExit: z.boolean().meta({ description: 'It was `:quit`' }),
  })
  .meta({ id: 'ExecuteResponse' });

export const completeRequest = z
  .strictObject({
    code: z.string().max(64 * 1024),
    cursor: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Characters before the cursor; the end of the code when absent' }),
  })
  .meta({ id: 'CompleteRequest', example: { code: 'console.lo' } });
export const completeResponse = z
  .object({
    completions: z.array(z.string()).meta({ description: 'In order; what may stand for the word', example: ['log'] }),
    start: z.int().meta({ description: 'Where the word begins', example: 8 }),
  })
  .meta({ id: 'CompleteResponse' });

export const successSchema = z.object({ success: z.literal(true) }).meta({ id: 'ReplSuccess' });

const seq = z.int().min(0).meta({ description: 'Place in the session’s journal' });
const stateId = z.string().meta({ description: 'A state of the session', example: 's12' });

export const replCheckpointSchema = z
  .object({
    seq,
    stateId,
    reason: z.enum(checkpointReasons),
    label: z.string().optional(),
    timestamp: isoTime,
    annotation: annotationSchema.optional(),
  })
  .meta({ id: 'ReplCheckpoint' });
export const replCheckpointsSchema = z
  .object({
    checkpoints: z.array(replCheckpointSchema).meta({ description: 'Newest first' }),
    more: z.boolean().meta({ description: 'There are earlier ones: ask for those `before` the last of these' }),
  })
  .meta({ id: 'ReplCheckpointList' });
export const checkpointRequest = z
  .strictObject({
    label: shortText.optional(),
    description: noteDescription.optional(),
    tags: noteTags.optional(),
  })
  .meta({ id: 'MakeReplCheckpoint', description: 'A description and tags are its annotation' });
export const usualCheckpoints = 1000;
export const checkpointsQuery = z.strictObject({
  before: queryCount(0, Number.MAX_SAFE_INTEGER, 'Only those before this event').optional(),
  limit: queryCount(1, 10_000, `At most so many; ${usualCheckpoints} when absent`).optional(),
});

export const gotoRequest = z.strictObject({ seq }).meta({ id: 'GotoRequest' });
export const gotoResponse = z.object({ seq, stateId }).meta({ id: 'GotoResponse' });
export const forkRequest = z.strictObject({ name: replName, seq: seq.optional() }).meta({ id: 'ForkRequest' });

export const replMetricsSchema = z
  .object({
    commandCount: z.int(),
    averageExecutionTime: z.number().meta({ description: 'ms' }),
    peakMemoryUsage: z.int().meta({ description: 'Bytes' }),
    lastAccessed: isoTime,
    sessionSize: bytes,
  })
  .meta({ id: 'ReplMetrics' });

export const eventsQuery = z.strictObject({
  after: queryCount(0, Number.MAX_SAFE_INTEGER, 'Only events after this one').optional(),
  limit: queryCount(1, 10_000, 'At most so many').optional(),
  format: z.literal('jsonl').optional().meta({ description: 'A line an event' }),
});

/** In the document's shape; see `SessionEvent` of session-server.ts. */
const replEventSchema = z
  .looseObject({ type: z.string().meta({ example: 'input' }), seq: seq.optional() })
  .meta({ id: 'ReplEvent', description: 'input, output, error, checkpoint, llm_req or llm_resp' });
export const replEventsSchema = z.object({ events: z.array(replEventSchema) }).meta({ id: 'ReplEventList' });

export const replErrorSchema = z
  .object({
    error: z.string().meta({ description: 'What is wrong, with the path of a bad field' }),
    kind: z.string().meta({ description: 'The same in one snake_case word', example: 'session_not_found' }),
    code: z.int().meta({ description: 'HTTP status', example: 404 }),
    details: z.unknown().optional(),
  })
  .meta({ id: 'ReplError', description: 'Refused' });
export type ReplError = z.infer<typeof replErrorSchema>;
