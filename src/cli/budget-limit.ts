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
const example = 'for example: stint budget set 20usd day';
const spans = 'day, week, month, or total for all time';
/** A smaller bare number is more likely meant in dollars: an agent uses that many tokens at once. */
const fewestBare = 1000;

/** Throws a Failure that says what is missing. */
export const parseBudget = (words: readonly string[]): { period: Period } & Limit => {
  const spoken = words.flatMap((word) => word.trim().split(/\s+/)).filter((word) => !fillers.has(word.toLowerCase()));
  const [period, ...more] = spoken.filter(isPeriod).map((word) => periods[word.toLowerCase()] ?? 'day');
  const amount = spoken.filter((word) => !isPeriod(word)).join('');
  if (amount === '') throw usageFailure(period === undefined ? nothingSaid : `how much is missing; ${example}`);
  const limit = limitOf(amount);
  if (period === undefined)
    throw usageFailure(`the period is missing: ${spans}; for example: stint budget set ${plain(words.join(' '))} day`);
  if (more.length > 0) throw usageFailure(`a budget has one period: ${spans}; ${example}`);
  return { period, ...limit };
};

const nothingSaid = `say how much and for how long, ${example}; or 5M week, 40h month, 1G total`;

const limitOf = (amount: string): Limit => {
  try {
    return parseLimit(amount);
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
  const foreign = /^[€£¥]?([\d._]+)(?:[€£¥]|eur|euros?|gbp|pounds?)?$/i.exec(text)?.[1];
  if (foreign !== undefined && foreign !== text)
    throw new Error(`Money is counted in US dollars, which are written ${foreign}usd`);
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
  const count = parseCount(text);
  if (/^\d+$/.test(text) && count < fewestBare)
    throw new Error(`It could be dollars (${text}usd) or tokens (“${text} tokens”): say which`);
  return count;
};

const parseDollars = (text: string): string => {
  const amount = text.replaceAll('_', '');
  if (!/^\d{1,9}(\.\d{1,2})?$|^\d{1,5}\.\d{3,6}$/.test(amount)) throw new Error('Dollars look like 200usd or 0.50usd');
  if (!/[1-9]/.test(amount)) throw new Error('A limit is more than 0');
  return amount;
};
