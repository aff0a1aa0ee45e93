/** A log record → the response that it tells of: Claude Code's event `api_request`, one for each answer of the provider's. */
import { countOf, timeOf } from '../fields.ts';
import type { UsageParts } from '../reader.ts';
import { isMoney, msOf, nameIn, numberIn } from './attributes.ts';
import type { Attributes, LogRecord } from './export.ts';
import type { TelemetryFault, TelemetryResponse } from './told.ts';

/** Errors that the agent writes itself: no request was made. */
const syntheticModel = '<synthetic>';

/** Undefined for a record that is about something else. */
export function responseOf(record: LogRecord): TelemetryResponse | TelemetryFault | undefined {
  const { attributes } = record;
  if (!isRequest(record) || attributes.get('model') === syntheticModel) return undefined;
  const sessionId = nameIn(attributes, 'session.id');
  const at = timeOf(attributes.get('event.timestamp')) ?? msOf(record.nano);
  const parts = partsIn(attributes);
  if (sessionId === undefined) return 'no_session';
  if (at === undefined) return 'bad_time';
  if (typeof parts === 'string') return parts;
  return {
    source: 'claude',
    sessionId,
    ...keyOf(record, sessionId, parts),
    model: nameIn(attributes, 'model') ?? 'unknown',
    at,
    parts,
    ...asideIn(attributes),
    confidence: parts.cacheWrite5m > 0 ? 'estimated' : 'exact',
  };
}

const fullName = 'claude_code.api_request';

/** Whole where the record itself is named; its attribute has the short name, which other agents use as well. */
function isRequest({ eventName, body, attributes, scope, resource }: LogRecord): boolean {
  const name = attributes.get('event.name');
  if ([eventName, body, name].includes(fullName)) return true;
  if (name !== 'api_request') return false;
  return scope.startsWith('com.anthropic.claude_code') || resource.get('service.name') === 'claude-code';
}

/**
 * The provider's id of the request. Where there is none, the moment and the number in order, which begins anew with each process;
 * and the counts, for versions without that number.
 */
function keyOf({ nano, attributes }: LogRecord, sessionId: string, parts: UsageParts) {
  const request = nameIn(attributes, 'request_id');
  if (request !== undefined) return { key: `request:${request}`, request };
  const names = ['event.sequence', 'prompt.id', 'event.timestamp'].map((name) => attributes.get(name) ?? '');
  return { key: ['event', sessionId, nano, ...names, ...Object.values(parts)].join(':') };
}

const counts = ['input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_creation_tokens'] as const;

function partsIn(attributes: Attributes): UsageParts | TelemetryFault {
  const met = counts.map((name) => numberIn(attributes, name));
  if (met.every((count) => count === undefined)) return 'no_usage';
  const [input, output, cacheRead, cacheWrite5m] = met.map(countOf);
  if (input === undefined || output === undefined || cacheRead === undefined || cacheWrite5m === undefined)
    return 'bad_count';
  return { input, output, cacheRead, cacheWrite5m, cacheWrite1h: 0 };
}

/** No response takes longer than a day. */
const longestMs = 86_400_000;

/** What no count depends on: where it can't be read it is left out. */
function asideIn(attributes: Attributes) {
  const costUsd = costIn(attributes);
  const durationMs = numberIn(attributes, 'duration_ms') ?? NaN;
  const speed = nameIn(attributes, 'speed');
  const querySource = nameIn(attributes, 'query_source');
  const agentName = nameIn(attributes, 'agent.name');
  return {
    ...(durationMs >= 0 && durationMs <= longestMs && { durationMs: Math.round(durationMs) }),
    ...(costUsd !== undefined && { costUsd }),
    ...(speed !== undefined && speed !== 'normal' && { speed }),
    ...(querySource !== undefined && { querySource }),
    ...(agentName !== undefined && { agentName }),
  };
}

/** The finer of two that say the same; one version sends the first as an object without a number. */
function costIn(attributes: Attributes): number | undefined {
  const micros = numberIn(attributes, 'cost_usd_micros') ?? NaN;
  return [numberIn(attributes, 'cost_usd') ?? NaN, micros / 1e6].find(isMoney);
}
