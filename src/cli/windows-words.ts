import type { Schemas } from '../sdk/index.ts';
import { barOf } from './bar.ts';
import { countWords } from './count.ts';
import { durationWords } from './duration.ts';
import { usdWords } from './money.ts';
import { plain, shownWidthOf } from './plain.ts';
import { paint } from './screen.ts';
import type { Screen, Stretch, Style } from './screen.ts';
import { momentWords } from './session-words.ts';

/** How limits stand, for people: a bar a window with what its percentage is based on, and beneath it where it is heading. */

export type Windows = Schemas['UsageWindows'];
export type Window = Windows['windows'][number];

const nameWidth = 6;
const indent = ' '.repeat(nameWidth + 2);
const longestBar = 24;
const shortestBar = 8;
/** What stands beside the bar at most. */
const besideBar = 50;
const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

export const windowsText = (screen: Screen, { windows, now: told }: Windows): string => {
  const now = Date.parse(told);
  const groups = Map.groupBy(windows, ({ source }) => source);
  if (groups.size === 0) return 'No agent has used anything in the last week.';
  const texts = [...groups].map(([source, some]) =>
    [paint(screen, 'bold', plain(source)), ...some.flatMap((window) => windowLines(screen, window, now))].join('\n'),
  );
  return texts.join('\n\n');
};

const windowLines = (screen: Screen, window: Window, now: number): string[] => {
  const facts = [...usedWords(window), ...endWords(screen, window, now)];
  const name = paint(screen, 'dim', windowName(window).padEnd(nameWidth));
  const [basis, more] = basisWords(screen, window, now);
  const head = `  ${name}${levelWords(screen, window)} ${basis}`;
  return [...joined(screen, head, more), indent + facts.join(' · ')];
};

/** On a line of its own where there is no room for it, beneath what it belongs to rather than beneath the name. */
const joined = (screen: Screen, head: string, more: string): string[] => {
  if (more === '') return [head];
  const rest = paint(screen, 'dim', more);
  const line = `${head}${paint(screen, 'dim', ',')} ${rest}`;
  const fits = !screen.isTerminal || shownWidthOf(line) <= screen.columns;
  return fits ? [line] : [head, indent + rest];
};

export const windowName = ({ windowMinutes }: Window): string =>
  windowMinutes === 10_080 ? 'week' : durationWords(windowMinutes * minuteMs);

const levelWords = (screen: Screen, { usedPercent }: Window): string => {
  if (usedPercent === undefined) return 'no limit known';
  const width = Math.min(longestBar, Math.max(shortestBar, screen.columns - besideBar));
  const { full, rest } = barOf(usedPercent / 100, width);
  const style = levelStyle(usedPercent);
  return `${paint(screen, style, full)}${paint(screen, 'dim', rest)} ${paint(screen, style, percentWords(usedPercent).padStart(5))}`;
};

export const levelStyle = (percent: number): Style => (percent >= 85 ? 'red' : percent >= 60 ? 'yellow' : 'green');

export const percentWords = (percent: number): string => `${Math.floor(percent)} %`;

/** What it is based on, and what more there is to say of that. */
const basisWords = (screen: Screen, window: Window, now: number): readonly [basis: string, more: string] => {
  if (window.basis === 'official') {
    const [age, since] = ageWords(window, now);
    return [`${paint(screen, 'green', 'official')}${paint(screen, 'dim', age)}`, since];
  }
  const of = window.limitUsd === undefined ? tokenLimit(window) : usdWords(window.limitUsd);
  const about = window.basis === 'calibrated' ? 'by earlier official figures' : 'by your own history';
  const basis = paint(screen, 'yellow', window.basis);
  if (of !== undefined) return [`${basis} ${paint(screen, 'dim', `of ${of}`)}`, about];
  return [`${basis} ${paint(screen, 'dim', about)}`, ''];
};

const tokenLimit = ({ limitTokens }: Window): string | undefined =>
  limitTokens === undefined ? undefined : `${countWords(limitTokens)} tokens`;

/** Of what was told just now there is nothing to say. */
const ageWords = ({ reading }: Window, now: number): readonly [age: string, since: string] => {
  const age = reading === undefined ? 0 : now - Date.parse(reading.at);
  if (reading === undefined || age < minuteMs) return ['', ''];
  const since = reading.tokensSince === 0 ? '' : `${countWords(reading.tokensSince)} tokens since`;
  return [` ${durationWords(age)} ago`, since];
};

export const usedWords = ({ tokens, costUsd, unpriced, cacheRead, burn }: Window): string[] => [
  `${countWords(tokens)} tokens`,
  ...(unpriced > 0 || Number(costUsd) > 0 ? [`${usdWords(costUsd)}${unpriced > 0 ? '+' : ''}`] : []),
  ...(cacheRead > 0 ? [`${countWords(cacheRead)} from caches`] : []),
  ...(burn.tokensPerMinute >= 1 ? [`${countWords(burn.tokensPerMinute)}/min`] : []),
];

const endWords = (screen: Screen, window: Window, now: number): string[] => {
  const { startsAt, resetsAt, projection } = window;
  if (startsAt === undefined) return ['none runs now'];
  if (resetsAt === undefined) return [`in the last ${durationWords(now - Date.parse(startsAt))}`];
  const end = Date.parse(resetsAt);
  const resets = `resets in ${timeWords(end - now)} (${momentWords(end, now)})`;
  return [resets, ...headingOf(projection, now).map(([words, style]) => (style ? paint(screen, style, words) : words))];
};

/** Where it is heading, as far as that is known. */
export const headingOf = (projection: Window['projection'], now: number): Stretch[] => {
  const { limitAt, usedPercent } = projection ?? {};
  if (limitAt !== undefined) {
    const left = Date.parse(limitAt) - now;
    return [[left <= 0 ? 'used up' : `used up in ${timeWords(left)} at this pace`, 'red']];
  }
  return usedPercent === undefined ? [] : [[`heading for ${percentWords(usedPercent)}`]];
};

/** Seconds are too many. */
export const timeWords = (ms: number): string =>
  durationWords(ms > dayMs ? ms : Math.max(minuteMs, Math.ceil(ms / minuteMs) * minuteMs));
