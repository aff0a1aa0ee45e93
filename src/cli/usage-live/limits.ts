import {
  amountWords,
  budgetName,
  limitWords,
  shortFilterWords,
  stateWords,
  styleOf,
  usedWords as budgetUsed,
} from '../budget-words.ts';
import type { Budget } from '../budget-words.ts';
import { countWords } from '../count.ts';
import { usdWords } from '../money.ts';
import { cut, padded, plain, widthOf } from '../plain.ts';
import { lineOf } from '../screen.ts';
import type { Screen, Stretch, Style } from '../screen.ts';
import { clockWords } from '../usage-lines.ts';
import { bar, barWidth, fitting } from '../watch/lines.ts';
import { headingOf, levelStyle, percentWords, timeWords, usedWords, windowName } from '../windows-words.ts';
import type { Window } from '../windows-words.ts';
import { costWords, label, newTokens, newTokenWords } from './amounts.ts';
import type { Shown, Sums } from './amounts.ts';
import type { Figures } from './figures.ts';

/** How limits stand: the block that goes on, providers' windows, budgets; a line each. */

const minuteMs = 60_000;
const blockMs = 300 * minuteMs;

/** How long a name may be, and how much room stays beside a bar for what is told of it first. */
const layoutOf = ({ columns }: Screen): { name: number; beside: number } => {
  if (columns >= 110) return { name: 24, beside: 70 };
  return { name: columns >= 60 ? 16 : 14, beside: 54 };
};

/** A line with a name, a bar, and what there is to tell of it, as far as there is room. */
const barLine = (
  screen: Screen,
  [name, width]: readonly [name: string, width: number],
  drawn: { share: number; style: Style } | undefined,
  facts: readonly Stretch[],
): string => {
  const room = barWidth(screen.columns, width + layoutOf(screen).beside);
  const stretches = drawn === undefined ? [] : [...bar(drawn.share, room, drawn.style), ['  '] as const];
  const left = screen.columns - width - (drawn === undefined ? 0 : room + 2);
  return lineOf(screen, [[padded(cut(name, width - 1), width), 'dim'], ...stretches, ...fitting(facts, left)]);
};

export const limitLines = (screen: Screen, shown: Shown): string[] => {
  const width = labelWidth(screen, shown.figures);
  return [
    blockLine(screen, shown, width),
    ...shown.figures.windows.map((window) => windowLine(screen, window, shown.now, width)),
  ];
};

const nameOfWindow = (window: Window): string => `${plain(window.source)} ${windowName(window)}`;

/** All names stand in one column. */
const labelWidth = (screen: Screen, { windows, budgets }: Figures): number => {
  const names = [...windows.map(nameOfWindow), ...budgetsOf(budgets).map(({ name }) => name)];
  return Math.max(label, Math.min(layoutOf(screen).name, Math.max(0, ...names.map(widthOf)) + 2));
};

const blockLine = (screen: Screen, shown: Shown, width: number): string => {
  const { figures, now } = shown;
  const { block } = figures;
  if (block === undefined) return barLine(screen, ['block', width], undefined, [['none runs now', 'dim']]);
  const left = Math.max(0, Date.parse(block.end) - now);
  const facts: Stretch[] = [
    [`${timeWords(left)} left`],
    [costWords(block), 'bold'],
    ...paceFacts(figures, block, left),
    [`${newTokenWords(block)} tokens`],
    [`${clockWords(block.start, shown)}–${clockWords(block.end, shown)}`, 'dim'],
  ];
  return barLine(screen, ['block', width], { share: 1 - left / blockMs, style: 'cyan' }, facts);
};

/** The pace of all agents together, and what the block comes to when it goes on. */
const paceFacts = ({ windows }: Figures, block: Sums, leftMs: number): Stretch[] => {
  const burns = windows.filter(({ windowMinutes }) => windowMinutes * minuteMs === blockMs).map(({ burn }) => burn);
  const tokens = burns.reduce((sum, { tokensPerMinute }) => sum + tokensPerMinute, 0);
  const cost = burns.reduce((sum, { costUsdPerMinute }) => sum + Number(costUsdPerMinute), 0);
  if (tokens < 1) return [];
  const minutes = leftMs / minuteMs;
  const heading =
    cost > 0
      ? usdWords(String(Number(block.costUsd) + cost * minutes))
      : `${countWords(newTokens(block) + tokens * minutes)} tokens`;
  return [[`${countWords(tokens)}/min`], [`heading for ${heading}`]];
};

const windowLine = (screen: Screen, window: Window, now: number, width: number): string => {
  const { usedPercent, basis, resetsAt, startsAt, projection } = window;
  const facts: Stretch[] = [
    usedPercent === undefined
      ? ['no limit known', 'dim']
      : [`${percentWords(usedPercent)} ${basis}`, basis === 'official' ? 'green' : 'yellow'],
    ...(resetsAt === undefined ? [] : [[`resets in ${timeWords(Date.parse(resetsAt) - now)}`] as const]),
    ...(startsAt === undefined ? [['none runs now', 'dim'] as const] : headingOf(projection, now)),
    ...usedWords(window).map((words): Stretch => [words]),
  ];
  const drawn = usedPercent === undefined ? undefined : { share: usedPercent / 100, style: levelStyle(usedPercent) };
  return barLine(screen, [nameOfWindow(window), width], drawn, facts);
};

const mostBudgets = 6;

/** To their ends. */
const nearest = (budgets: Figures['budgets']): Budget[] =>
  budgets.toSorted((a, b) => b.percent - a.percent).slice(0, mostBudgets);

interface Named {
  budget: Budget;
  name: string;
  /** What the name does not say. */
  rest: string;
}

/** Without a name it is called by what it is of, and where that is everything by its limit. */
const budgetsOf = (budgets: Figures['budgets']): Named[] => {
  const ofWords = shortFilterWords(budgets);
  return nearest(budgets).map((budget) => {
    const of = ofWords(budget);
    const isOfAll = Object.keys(budget.only).length === 0;
    if (budget.name === undefined && !isOfAll) return { budget, name: of, rest: limitWords(budget) };
    return { budget, name: budgetName(budget), rest: isOfAll ? '' : of };
  });
};

export const budgetLines = (screen: Screen, { figures }: Shown): string[] => {
  const { budgets } = figures;
  const width = labelWidth(screen, figures);
  const some = budgetsOf(budgets);
  const rest = budgets.length - some.length;
  return [
    ...some.map((one) => budgetLine(screen, one, width)),
    ...(rest > 0 ? [lineOf(screen, [[`and ${rest} more budgets`, 'dim']])] : []),
  ];
};

const budgetLine = (screen: Screen, { budget, name, rest }: Named, width: number): string => {
  const { percent, projected, state } = budget;
  const facts: Stretch[] = [
    [percentWords(percent), styleOf(budget)],
    ...(state === 'within' ? [] : [[stateWords(budget), styleOf(budget)] as const]),
    [budgetUsed(budget)],
    ...(rest === '' ? [] : [[rest, 'dim'] as const]),
    ...(projected === undefined ? [] : [[`heading for ${amountWords(budget, projected)}`] as const]),
  ];
  return barLine(screen, [name, width], { share: percent / 100, style: styleOf(budget) }, facts);
};
