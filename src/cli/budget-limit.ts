import { parseCount } from './count.ts';
import { parseDuration } from './duration.ts';
import { usageFailure } from './failure.ts';
import { plain } from './plain.ts';

/** What people type for how much and for how long: `day 5M`, `200usd a month`, `40 hours per week`, `5M tokens in all`. */

export type Period = 'day' | 'week' | 'month' | 'total';
export type Limit =
  | { measure: 'tokens'; limit: number }
  | { measure: 'usd'; limit: string }
  | { measure: 'time'; limit: number };

const periods: Record<string, Period> = {
  day: 'day',
  daily: 'day',
  week: 'week',
  weekly: 'week',
  month: 'month',
  monthly: 'month',
  total: 'total',
  all: 'total',
};
const fillers = new Set(['a', 'an', 'per', 'each', 'every', 'the', 'in', 'of']);
const expected = 'say how much and for how long, for example: day 5M, month 200usd, week 40h, total 1G';

/** Throws a Failure that says what is missing. */
export const parseBudget = (words: readonly string[]): { period: Period } & Limit => {
  const spoken = words.flatMap((word) => word.trim().split(/\s+/)).filter((word) => !fillers.has(word.toLowerCase()));
  const [period, ...more] = spoken.filter(isPeriod).map((word) => periods[word.toLowerCase()] ?? 'day');
  const amount = spoken.filter((word) => !isPeriod(word)).join('');
  if (period === undefined || amount === '' || more.length > 0) throw usageFailure(expected);
  try {
    return { period, ...parseLimit(amount) };
  } catch (error) {
    const { message } = error as Error;
    throw usageFailure(`“${plain(amount)}” can’t be a limit: ${message.charAt(0).toLowerCase()}${message.slice(1)}`);
  }
};

const isPeriod = (word: string): boolean => Object.hasOwn(periods, word.toLowerCase());

const parseLimit = (text: string): Limit => {
  const dollars = /^\$(.+)$|^(.+?)(?:usd|dollars?)$/i.exec(text);
  if (dollars) return { measure: 'usd', limit: parseDollars(dollars[1] ?? dollars[2] ?? '') };
  const tokens = /^(.+?)tokens?$/i.exec(text)?.[1];
  if (tokens !== undefined) return { measure: 'tokens', limit: parseCount(tokens) };
  if (/^[\d._]+m$/.test(text))
    throw new Error(`${text} could be tokens (${text.slice(0, -1)}M) or minutes (${text}in): say which`);
  const time = text
    .replace(/days?$/i, 'd')
    .replace(/hours?$/i, 'h')
    .replace(/min(?:ute)?s?$/i, 'm');
  const isTime = time !== text || /[dhs]/i.test(text);
  return isTime ? { measure: 'time', limit: parseDuration(time) } : { measure: 'tokens', limit: parseTokens(text) };
};

const parseTokens = (text: string): number => {
  if (!/^\d/.test(text)) throw new Error('A limit looks like 5M (tokens), 200usd or 40h');
  return parseCount(text);
};

const parseDollars = (text: string): string => {
  const amount = text.replaceAll('_', '');
  if (!/^\d{1,9}(\.\d{1,2})?$|^\d{1,5}\.\d{3,6}$/.test(amount)) throw new Error('Dollars look like 200usd or 0.50usd');
  return amount;
};
