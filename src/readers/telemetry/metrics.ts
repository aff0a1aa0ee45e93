/** A data point → what it adds to the sums of a session: Claude Code's counters of tokens and of cost. */
import { hash } from 'node:crypto';
import { isMoney, msOf, nameIn, picoPerUsd } from './attributes.ts';
import type { Attributes, DataPoint } from './export.ts';
import type { TelemetryFault, TelemetryTotal, TotalKind } from './told.ts';

const tokens = 'claude_code.token.usage';
const cost = 'claude_code.cost.usage';

const kindsOfTokens: Readonly<Record<string, TotalKind>> = {
  input: 'input',
  output: 'output',
  cacheRead: 'cacheRead',
  cacheCreation: 'cacheWrite',
};

/** Undefined for a point that is about something else. */
export function totalOf(point: DataPoint): TelemetryTotal | TelemetryFault | undefined {
  const { metric, attributes, temporality } = point;
  if (metric !== tokens && metric !== cost) return undefined;
  const kind = metric === cost ? 'costPico' : kindOf(attributes);
  if (kind === undefined || temporality === undefined) return 'unknown_form';
  const sessionId = nameIn(attributes, 'session.id');
  const at = msOf(point.nano);
  const value = valueOf(point.value, kind);
  if (sessionId === undefined) return 'no_session';
  if (at === undefined) return 'bad_time';
  if (value === undefined) return 'bad_count';
  return {
    source: 'claude',
    sessionId,
    model: nameIn(attributes, 'model') ?? 'unknown',
    kind,
    value,
    temporality,
    series: seriesOf(point),
    startNano: String(point.startNano),
    endNano: String(point.nano),
    at,
  };
}

function kindOf(attributes: Attributes): TotalKind | undefined {
  const type = attributes.get('type');
  return typeof type === 'string' && Object.hasOwn(kindsOfTokens, type) ? kindsOfTokens[type] : undefined;
}

/** Whole: of cost in pico-dollars, as sums of fractions differ by the order in which they are added. */
function valueOf(value: number | null, kind: TotalKind): number | undefined {
  if (value === null) return undefined;
  if (kind === 'costPico') return isMoney(value) ? Math.round(value * picoPerUsd) : undefined;
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/**
 * A hash, as attributes name people. A sum since the beginning belongs to the process that began it: another has another time of
 * beginning, and counts from 0 beside it.
 */
function seriesOf({ resource, scope, metric, attributes, temporality, startNano }: DataPoint): string {
  const sinceWhen = temporality === 'cumulative' ? String(startNano) : '';
  const names = [metric, scope, temporality, sinceWhen, sorted(resource), sorted(attributes)];
  return hash('sha256', JSON.stringify(names), 'hex').slice(0, 32);
}

function sorted(attributes: Attributes): unknown[] {
  return [...attributes].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
