/** Reading attributes that nobody promised. Older versions write every number as a text. */
import type { AttributeValue, Attributes } from './export.ts';

const longestName = 200;

/** A name as it can stand in a row and on a screen; undefined for what is none. */
export function nameIn(attributes: Attributes, key: string): string | undefined {
  const value = attributes.get(key);
  if (typeof value !== 'string' || value === '' || value.length > longestName) return undefined;
  return value.isWellFormed() && !/\p{Cc}/u.test(value) ? value : undefined;
}

/** Undefined where it is absent, NaN where it is no number. */
export function numberIn(attributes: Attributes, key: string): number | undefined {
  return attributes.has(key) ? numberOf(attributes.get(key) ?? null) : undefined;
}

function numberOf(value: AttributeValue): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value) ? Number(value) : NaN;
}

export const picoPerUsd = 1e12;
/** More than anybody pays at once. */
const largestUsd = 1_000_000;

export function isMoney(usd: number): boolean {
  return usd >= 0 && usd <= largestUsd;
}

const latestMs = 8.64e15;

/** Unix ms; undefined for a time that is not told. */
export function msOf(nano: bigint): number | undefined {
  const ms = Number(nano / 1_000_000n);
  return ms > 0 && ms <= latestMs ? ms : undefined;
}
