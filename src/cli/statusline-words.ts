import { basename } from 'node:path';
import { barOf } from './bar.ts';
import { durationWords } from './duration.ts';
import { cut, plain, widthOf } from './plain.ts';
import { lineOf, paint } from './screen.ts';
import type { Screen, Stretch, Style } from './screen.ts';
import type { LimitInput, StatusInput } from './statusline-input.ts';

/**
 * The status line of a session of Claude Code: what it is on the first line, what of the limits is used on the second. What matters
 * least is left out where it is too narrow.
 */

export interface StatusFacts {
  branch: string | undefined;
  home: string;
  now: number;
}

/** A stretch in one style; higher weights stay longer. */
interface Part {
  text: string;
  style?: Style;
  weight: number;
  /** Stands close to the part before, which it goes with. */
  isClose?: boolean;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const barWidth = 8;
const longestName = 28;
/** Until so much of a window, in time and use, its pace tells little. */
const tellsFrom = { share: 0.05, percent: 1 };

export const statusLines = (screen: Screen, status: StatusInput, facts: StatusFacts): string =>
  [sessionParts(status, facts), limitParts(status, facts)]
    .filter((parts) => parts.length > 0)
    .map((parts) => fitted(screen, parts))
    .join('\n');

const sessionParts = (status: StatusInput, { branch, home }: StatusFacts): Part[] => {
  const { model, directory, context } = status;
  return [
    ...(model === undefined ? [] : [{ text: shortened(model), style: 'bold' as const, weight: 9 }]),
    ...(directory === undefined ? [] : [{ text: folderName(directory, home), style: 'cyan' as const, weight: 7 }]),
    ...(branch === undefined ? [] : [{ text: shortened(branch), style: 'dim' as const, weight: 5 }]),
    ...(context === undefined ? [] : contextParts(context)),
    ...costParts(status),
  ];
};

const shortened = (name: string): string => cut(plain(name), longestName);

const folderName = (directory: string, home: string): string =>
  directory === home ? '~' : shortened(basename(directory) || directory);

const contextParts = ({ usedPercent, size }: NonNullable<StatusInput['context']>): Part[] => [
  { text: `context ${percentWords(usedPercent)}`, style: levelStyle(usedPercent), weight: 8 },
  ...(size === undefined ? [] : [{ text: `of ${sizeWords(size)}`, style: 'dim' as const, weight: 1, isClose: true }]),
];

const sizeWords = (size: number): string =>
  size >= 1e6 ? `${Number((size / 1e6).toFixed(1))}M` : `${Math.round(size / 1e3)}k`;

const costParts = ({ costUsd, openMs = 0 }: StatusInput): Part[] => {
  if (costUsd === undefined) return [];
  const perHour = openMs >= minuteMs && costUsd > 0 ? (costUsd * hourMs) / openMs : undefined;
  return [
    { text: `$${costUsd.toFixed(2)}`, weight: 6 },
    ...(perHour === undefined ? [] : [{ text: `$${perHour.toFixed(2)}/h`, style: 'dim' as const, weight: 2 }]),
  ];
};

const limitParts = ({ limits }: StatusInput, { now }: StatusFacts): Part[] =>
  limits
    // Of a window that has ended it tells nothing of the next.
    .filter(({ resetsAt = Infinity }) => resetsAt > now)
    .flatMap((limit) => (limit.windowMinutes < 24 * 60 ? sessionLimit(limit, now) : weekLimit(limit, now)));

const sessionLimit = (limit: LimitInput, now: number): Part[] => {
  const { usedPercent } = limit;
  const { full, rest } = barOf(usedPercent / 100, barWidth);
  const style = levelStyle(usedPercent);
  return [
    { text: `${limit.windowMinutes / 60}h`, style: 'dim', weight: 9 },
    { text: full + rest, style, weight: 3, isClose: true },
    { text: percentWords(usedPercent), style, weight: 9, isClose: true },
    ...resetParts(limit, now, 6),
    ...headingParts(limit, now, 5),
  ];
};

const weekLimit = (limit: LimitInput, now: number): Part[] => [
  { text: 'week', style: 'dim', weight: 7 },
  { text: percentWords(limit.usedPercent), style: levelStyle(limit.usedPercent), weight: 7, isClose: true },
  ...resetParts(limit, now, 2),
  ...headingParts(limit, now, 1),
];

const resetParts = ({ resetsAt }: LimitInput, now: number, weight: number): Part[] =>
  resetsAt === undefined ? [] : [{ text: `resets in ${timeWords(resetsAt - now)}`, style: 'dim', weight }];

/** Where it is heading at the mean pace of the window so far. */
const headingParts = ({ windowMinutes, usedPercent, resetsAt }: LimitInput, now: number, weight: number): Part[] => {
  if (resetsAt === undefined || usedPercent >= 100) return [];
  const elapsedMs = now - (resetsAt - windowMinutes * minuteMs);
  const share = elapsedMs / (windowMinutes * minuteMs);
  if (share < tellsFrom.share || usedPercent < tellsFrom.percent) return [];
  const heading = usedPercent / share;
  if (heading < 100) return [{ text: `→ ${percentWords(heading)}`, style: 'dim', weight }];
  const fullIn = (elapsedMs * (100 - usedPercent)) / usedPercent;
  return [{ text: `full in ${timeWords(fullIn)}`, style: 'red', weight: weight + 3 }];
};

/** Seconds are too many. */
const timeWords = (ms: number): string => durationWords(Math.max(minuteMs, Math.ceil(ms / minuteMs) * minuteMs));

const percentWords = (percent: number): string => `${Math.floor(percent)} %`;

const levelStyle = (percent: number): Style => (percent >= 85 ? 'red' : percent >= 60 ? 'yellow' : 'green');

const separator = ' · ';

/** Parts of one weight go together. */
const fitted = (screen: Screen, parts: readonly Part[]): string => {
  let kept = parts;
  while (columnsOf(textOf(kept)) > screen.columns) {
    const least = Math.min(...kept.map(({ weight }) => weight));
    const fewer = kept.filter(({ weight }) => weight > least);
    if (fewer.length === 0) return lineOf(screen, kept.flatMap(stretchesOf));
    kept = fewer;
  }
  return kept
    .flatMap(stretchesOf)
    .map(([text, style]) => (style === undefined ? text : paint(screen, style, text)))
    .join('');
};

/** The signs that are put here take a column each: to have that found out takes as long as all the rest. */
const columnsOf = (text: string): number => widthOf(text.replaceAll(/[·→░█▉▊▋▌▍▎▏]/g, ' '));

const textOf = (parts: readonly Part[]): string =>
  parts
    .flatMap(stretchesOf)
    .map(([text]) => text)
    .join('');

const stretchesOf = ({ text, style, isClose = false }: Part, index: number): Stretch[] => [
  ...(index === 0 ? [] : [[isClose ? ' ' : separator] as const]),
  style === undefined ? [text] : [text, style],
];
