/**
 * Spans of the telemetry that Copilot CLI exports to a file. Usage is that of `chat` spans; `invoke_agent` spans repeat
 * the sum of those below them.
 */
import { type Fields, fieldsOf, textOf, timeOf } from '../fields.ts';
import { type Counts, type CountNames, countsIn, mostOfResponse, turnKey } from './counts.ts';

const names: CountNames = {
  input: ['gen_ai.usage.input_tokens'],
  output: ['gen_ai.usage.output_tokens'],
  cacheRead: ['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens'],
  cacheWrite: [
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write.input_tokens',
  ],
  reasoning: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_output_tokens',
    'gen_ai.usage.reasoning_tokens',
  ],
};

export interface Chat {
  /** Absent where nothing tells whose it is. */
  sessionId: string | undefined;
  key: string | undefined;
  model: string;
  at: number | undefined;
  counts: Counts | 'bad_count' | undefined;
  costUsd: number | undefined;
  hasFailed: boolean;
}

/** Undefined for a span of anything else. */
export function chatIn(span: Fields): Chat | undefined {
  const told = fieldsOf(span['attributes']) ?? {};
  const operation = textOf(told['gen_ai.operation.name']);
  if (operation === undefined ? !/^chat\b/.test(String(span['name'])) : operation !== 'chat') return undefined;
  const counts = countsIn(told, names, mostOfResponse);
  const output = typeof counts === 'object' ? counts.output : 0;
  const trace = textOf(span['traceId']);
  return {
    sessionId: textOf(told['gen_ai.conversation.id']) ?? trace,
    key: turnKey(told['github.copilot.interaction_id'], told['github.copilot.turn_id'], output) ?? idOf(span, told),
    model: textOf(told['gen_ai.response.model']) ?? textOf(told['gen_ai.request.model']) ?? 'unknown',
    at: spanTime(span['endTime']) ?? spanTime(span['startTime']),
    counts,
    costUsd: usdOf(told['github.copilot.nano_aiu']),
    hasFailed: fieldsOf(span['status'])?.['code'] === 2,
  };
}

function idOf(span: Fields, told: Fields): string | undefined {
  const trace = textOf(span['traceId']);
  const id = textOf(span['spanId']);
  return textOf(told['gen_ai.response.id']) ?? (trace !== undefined && id !== undefined ? `${trace}:${id}` : undefined);
}

/** Billed in AI credits of a cent each, here in billionths. */
function usdOf(nanoCredits: unknown): number | undefined {
  return typeof nanoCredits === 'number' && Number.isFinite(nanoCredits) && nanoCredits > 0
    ? nanoCredits / 1e11
    : undefined;
}

/** Unix ms of seconds with nanoseconds, or of a text. */
function spanTime(time: unknown): number | undefined {
  if (!Array.isArray(time)) return timeOf(time);
  const [seconds, nanos = 0] = time as unknown[];
  if (!Number.isSafeInteger(seconds) || !Number.isSafeInteger(nanos)) return undefined;
  const at = (seconds as number) * 1000 + Math.floor((nanos as number) / 1e6);
  return Number.isSafeInteger(at) && at > 0 ? at : undefined;
}
