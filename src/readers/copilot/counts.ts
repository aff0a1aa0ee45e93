/** What Copilot CLI counts, of one response or of many, and reckoning with it. */
import { type Fields, textOf } from '../fields.ts';
import type { UsageParts } from '../reader.ts';

/** A type and no interface, so that it counts as JSON. `input` is without cache, `output` with reasoning. */
export type Counts = { input: number; output: number; cacheRead: number; cacheWrite: number; reasoning: number };

export const noCounts: Counts = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

const names = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const;

/** More than any response, and any session, holds. */
export const mostOfResponse = 100_000_000;
export const mostOfSession = 1_000_000_000_000;

/** The names under which each count may stand. */
export type CountNames = Readonly<Record<keyof Counts, readonly string[]>>;

export const eventNames: CountNames = {
  input: ['inputTokens'],
  output: ['outputTokens'],
  cacheRead: ['cacheReadTokens'],
  cacheWrite: ['cacheWriteTokens'],
  reasoning: ['reasoningTokens'],
};

/**
 * Undefined where none is told, `bad_count` where one cannot be one. Everywhere the input holds what was read from the
 * cache and written to it; where it is too small for that, it was told without.
 */
export function countsIn(fields: Fields, named: CountNames, most: number): Counts | 'bad_count' | undefined {
  const told = names.map((name) => named[name].map((key) => fields[key]).find((value) => value != null));
  if (told.every((value) => value === undefined)) return undefined;
  const [gross, output, cacheRead, cacheWrite, reasoning] = told.map((value) => boundedCount(value ?? 0, most));
  if (gross === undefined || output === undefined || cacheRead === undefined) return 'bad_count';
  if (cacheWrite === undefined || reasoning === undefined) return 'bad_count';
  const cached = cacheRead + cacheWrite;
  const input = gross >= cached ? gross - cached : gross;
  return { input, output, cacheRead, cacheWrite, reasoning: Math.min(reasoning, output) };
}

function boundedCount(value: unknown, most: number): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most
    ? (value as number)
    : undefined;
}

export function plus(a: Counts, b: Counts): Counts {
  return each((name) => a[name] + b[name]);
}

/** What `a` has more than `b`. */
export function beyond(a: Counts, b: Counts): Counts {
  return each((name) => Math.max(0, a[name] - b[name]));
}

export function covers(a: Counts, b: Counts): boolean {
  return names.every((name) => a[name] >= b[name]);
}

/** The part of `all` that falls to number `index` of so many; together they are all of it. */
export function shareOf(all: Counts, index: number, count: number): Counts {
  return each((name) => Math.floor((all[name] * (index + 1)) / count) - Math.floor((all[name] * index) / count));
}

export function isNothing({ input, output, cacheRead, cacheWrite }: Counts): boolean {
  return input + output + cacheRead + cacheWrite === 0;
}

export function partsOf({ input, output, cacheRead, cacheWrite, reasoning }: Counts): UsageParts {
  // How long a cache write lives is not told; the usual is five minutes.
  const parts = { input, output, cacheRead, cacheWrite5m: cacheWrite, cacheWrite1h: 0 };
  return reasoning > 0 ? { ...parts, reasoning: Math.min(reasoning, output) } : parts;
}

function each(count: (name: keyof Counts) => number): Counts {
  const [input, output, cacheRead, cacheWrite, reasoning] = names.map(count) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { input, output, cacheRead, cacheWrite, reasoning };
}

/** Events and spans of one response share its turn; the output tells responses of one turn apart. */
export function turnKey(interaction: unknown, turn: unknown, output: number): string | undefined {
  const [of, at] = [textOf(interaction), textOf(turn)];
  return of === undefined || at === undefined ? undefined : `turn:${of}:${at}:${output}`;
}
