import { createHash } from 'node:crypto';
import { z } from 'zod';
import { checkpointReasons, modelProviders, replLanguages } from '../contract/repl.ts';
import type { ReplEntry } from '../contract/repl.ts';

/**
 * Lines of journals, as they come from elsewhere. There are two dialects: the document's (session-server.ts), with what stint knows beside
 * where it is stint's own, and an older one, whose times are Unix ms in `ts`, whose values are in `result`, and which also tells of the
 * machine: `step`, `effect` and `resume`. What the older one has in its index file beside is not needed: states are made anew.
 */

/** What a line tells; undefined where it has no place in a journal of stint's. */
export interface EventLine {
  /** As it stands there. */
  seq: number;
  type: string;
  entry: ((place: Place) => ReplEntry) | undefined;
}

/** Where a line comes to stand, and what is known there. */
export interface Place {
  seq: number;
  /** Of the event before it, Unix ms. */
  lastAt: number;
  /** Of the header: seeds that a journal lacks are made of it. */
  id: string;
}

const latest = Date.parse('9999-12-31T23:59:59.999Z');
const time = z.int().min(0).max(latest);
const isoTime = z
  .string()
  .max(40)
  .transform((text, context) => {
    const at = Date.parse(text);
    if (at >= 0 && at <= latest) return at;
    context.addIssue({ code: 'custom', message: 'must be a time in ISO 8601' });
    return z.NEVER;
  });

const seq = z.int().min(0);
const key = z.string().min(1).max(500);
const seed = z
  .int()
  .min(0)
  .max(2 ** 53 - 1);
const stateId = key;
const reason = z.enum(checkpointReasons);
const model = z.object({ provider: z.enum(modelProviders), model: z.string().min(1).max(200) });

export const headerSchema = z.object({
  type: z.literal('session', 'must be `session`: the first line is the header'),
  version: z.literal(1, 'must be 1'),
  id: z.string().min(1).max(500),
  created: isoTime,
  name: z.string().optional(),
  language: z.enum(replLanguages).optional(),
  llm: model.optional(),
});
export type JournalHeader = z.infer<typeof headerSchema>;

const code = z.string().max(512 * 1024);

const documented = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('input'),
    seq,
    code,
    timestamp: isoTime,
    clock: time.optional(),
    seed: seed.optional(),
    client: key.optional(),
  }),
  z.object({ type: z.literal('output'), seq, value: z.string(), timestamp: isoTime }),
  z.object({ type: z.literal('error'), seq, message: z.string(), timestamp: isoTime }),
  z.object({
    type: z.literal('checkpoint'),
    seq,
    reason,
    stateId,
    label: z.string().max(1000).optional(),
    timestamp: isoTime.optional(),
  }),
  z.object({
    type: z.literal('llm_req'),
    seq,
    prompt: z.string(),
    receiptKey: key,
    request: seq.optional(),
    of: z.string().max(500).optional(),
    timestamp: isoTime.optional(),
  }),
  z.object({
    type: z.literal('llm_resp'),
    seq,
    response: z.string(),
    receiptKey: key,
    isError: z.boolean().optional(),
    timestamp: isoTime.optional(),
    clock: time.optional(),
  }),
]);

const older = z.discriminatedUnion('type', [
  z.object({ type: z.literal('input'), seq, ts: time, code }),
  z.object({ type: z.literal('result'), seq, ts: time, value: z.string() }),
  z.object({ type: z.literal('error'), seq, ts: time, message: z.string() }),
  z.object({ type: z.literal('checkpoint'), seq, ts: time, reason, stateId }),
  z.object({ type: z.literal('llm_req'), seq, ts: time, promptPreview: z.string(), receiptKey: key }),
  z.object({ type: z.literal('llm_resp'), seq, ts: time, valuePreview: z.string(), receiptKey: key }),
  z.object({ type: z.enum(['step', 'effect', 'resume']), seq, ts: time }),
]);

export type Dialect = 'document' | 'older';

/** What a journal is in, by the first line after its header. */
export const dialectOf = (value: unknown): Dialect =>
  typeof value === 'object' && value !== null && 'ts' in value ? 'older' : 'document';

type Documented = z.infer<typeof documented>;

const ofDocumented = (event: Documented): EventLine => ({
  seq: event.seq,
  type: event.type,
  entry: (place) => {
    const timestamp = event.timestamp ?? place.lastAt;
    const at = { seq: place.seq, timestamp };
    switch (event.type) {
      case 'input': {
        const { type, code, clock = timestamp, seed = seedOf(place), client } = event;
        return { type, code, ...at, clock, seed, ...(client !== undefined && { client }) };
      }
      case 'output':
        return { type: event.type, value: event.value, ...at };
      case 'error':
        return { type: event.type, message: event.message, ...at };
      case 'checkpoint': {
        const { type, reason: why, stateId: state, label } = event;
        return { type, reason: why, stateId: state, ...at, ...(label !== undefined && { label }) };
      }
      case 'llm_req': {
        const { type, prompt, receiptKey, request = 0, of = '' } = event;
        return { type, prompt, receiptKey, request, of, ...at };
      }
      case 'llm_resp': {
        const { type, response, receiptKey, isError, clock = timestamp } = event;
        return { type, response, receiptKey, ...(isError !== undefined && { isError }), ...at, clock };
      }
    }
  },
});

const ofOlder = (event: z.infer<typeof older>): EventLine => {
  const { seq: given, ts: timestamp, type } = event;
  const as = (entry: (place: Place, at: { seq: number; timestamp: number }) => ReplEntry): EventLine => ({
    seq: given,
    type,
    entry: (place) => entry(place, { seq: place.seq, timestamp }),
  });
  switch (type) {
    case 'input':
      return as((place, at) => ({ type, code: event.code, ...at, clock: timestamp, seed: seedOf(place) }));
    case 'result':
      return as((_, at) => ({ type: 'output', value: event.value, ...at }));
    case 'error':
      return as((_, at) => ({ type, message: event.message, ...at }));
    case 'checkpoint':
      return as((_, at) => ({ type, reason: event.reason, stateId: event.stateId, ...at }));
    case 'llm_req':
      return as((_, at) => ({
        type,
        prompt: event.promptPreview,
        receiptKey: event.receiptKey,
        request: 0,
        of: '',
        ...at,
      }));
    case 'llm_resp':
      return as((_, at) => ({
        type,
        response: event.valuePreview,
        receiptKey: event.receiptKey,
        ...at,
        clock: timestamp,
      }));
    default:
      return { seq: given, type, entry: undefined };
  }
};

/** The same for the same journal, at each import. */
const seedOf = ({ id, seq: at }: Place): number =>
  createHash('sha256').update(`${at}\n${id}`).digest().readUIntBE(0, 6);

const lines: Record<Dialect, z.ZodType<EventLine>> = {
  document: documented.transform(ofDocumented),
  older: older.transform(ofOlder),
};

export const eventIn = (value: unknown, dialect: Dialect): z.ZodSafeParseResult<EventLine> =>
  lines[dialect].safeParse(value);
