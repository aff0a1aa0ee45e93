import type { Parse } from './command.ts';
import { nearest } from './nearest.ts';

/** What options and arguments are read with; see also duration.ts and count.ts. */

export const text: Parse<string> = (given) => given;

/** A REPL session's name, or its id. */
export const replName: Parse<string> = Object.assign((given: string) => given, { isRepl: true });

/** A name or label as the API takes it. */
export const label: Parse<string> = (given) => {
  if (given.length < 1 || given.length > 200) throw new Error('It takes 1 to 200 characters');
  return given;
};

/** `others`: words that may stand in the same place and are read elsewhere, for the sentence that lists them. */
export const choice = <const T extends string>(known: readonly T[], others: readonly string[] = []): Parse<T> => {
  const parse = (given: string): T => {
    const met = known.find((one) => one.toLowerCase() === given.toLowerCase());
    if (met !== undefined) return met;
    const all = [...known, ...others];
    const meant = nearest(given, all);
    throw new Error(`It is one of ${all.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
  };
  return Object.assign(parse, { choices: known });
};

export const wholeNumber =
  (min: number, max: number): Parse<number> =>
  (given) => {
    const count = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
    if (!(count >= min && count <= max)) throw new Error(`It is a whole number from ${min} to ${max}`);
    return count;
  };

export const usd: Parse<string> = (given) => {
  const amount = given.replace(/^\$/, '');
  if (!/^\d{1,12}(\.\d{1,12})?$/.test(amount)) throw new Error('It is an amount in US dollars such as 0.0033');
  return amount;
};

export const json: Parse<Record<string, unknown>> = (given) => {
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('It is a JSON object such as {"pr":12}');
  return value as Record<string, unknown>;
};
