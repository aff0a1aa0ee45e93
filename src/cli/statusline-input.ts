/**
 * What Claude Code tells its status line: one JSON object on stdin. Its maker promises none of the fields, some come only after
 * the first response or on some plans, and any may be null: what is not as expected is left out.
 */

export interface StatusInput {
  /** The model's name. */
  model?: string;
  /** Absolute path. */
  directory?: string;
  /** Of the context window. */
  context?: { usedPercent: number; size?: number };
  costUsd?: number;
  /** How long the session has been open, ms. */
  openMs?: number;
  /** Shortest window first. */
  limits: LimitInput[];
}

/** How far a limit is used. */
export interface LimitInput {
  windowMinutes: number;
  usedPercent: number;
  /** Unix ms. */
  resetsAt?: number;
}

const windows = [
  ['five_hour', 300],
  ['seven_day', 10_080],
] as const;

/** Undefined where the text is no such object. */
export const readStatus = (text: string): StatusInput | undefined => {
  const given = fieldsOf(parsed(text));
  if (given === undefined) return undefined;
  const model = given['model'];
  const cost = fieldsOf(given['cost']) ?? {};
  return {
    ...known('model', textOf(fieldsOf(model)?.['display_name'] ?? fieldsOf(model)?.['id'] ?? model)),
    ...known('directory', textOf(fieldsOf(given['workspace'])?.['current_dir'] ?? given['cwd'])),
    ...known('context', contextOf(fieldsOf(given['context_window']) ?? {})),
    ...known('costUsd', amountOf(cost['total_cost_usd'])),
    ...known('openMs', amountOf(cost['total_duration_ms'])),
    limits: limitsOf(fieldsOf(given['rate_limits']) ?? {}),
  };
};

type Fields = Record<string, unknown>;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

const amountOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

const known = <K extends string, V>(name: K, value: V | undefined): { [N in K]?: V } =>
  (value === undefined ? {} : { [name]: value }) as { [N in K]?: V };

/** Older versions tell the tokens of the last request and no percentage. */
const contextOf = (given: Fields): StatusInput['context'] => {
  const size = amountOf(given['context_window_size']) || undefined;
  const usedPercent = amountOf(given['used_percentage']) ?? percentOf(fieldsOf(given['current_usage']), size);
  return usedPercent === undefined ? undefined : { usedPercent, ...known('size', size) };
};

const percentOf = (usage: Fields | undefined, size: number | undefined): number | undefined => {
  if (usage === undefined || size === undefined) return undefined;
  const names = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'];
  return (names.reduce((sum, name) => sum + (amountOf(usage[name]) ?? 0), 0) * 100) / size;
};

const limitsOf = (given: Fields): LimitInput[] =>
  windows.flatMap(([name, windowMinutes]) => {
    const limit = fieldsOf(given[name]) ?? {};
    const usedPercent = amountOf(limit['used_percentage']);
    if (usedPercent === undefined) return [];
    return [{ windowMinutes, usedPercent, ...known('resetsAt', timeOf(limit['resets_at'])) }];
  });

/** After it, seconds since 1970 would be in the year 5138: it is ms. */
const latestSecond = 1e11;
/** The last moment that a Date can tell. */
const latestMs = 8.64e15;

/** Seconds since 1970; early versions wrote ISO 8601. */
const timeOf = (value: unknown): number | undefined => {
  const amount = amountOf(value);
  const time = amount === undefined ? Date.parse(textOf(value) ?? '') : amount * (amount < latestSecond ? 1000 : 1);
  return time > 0 && time <= latestMs ? time : undefined;
};
