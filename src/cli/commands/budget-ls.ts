import { ask, open } from '../api.ts';
import { barOf } from '../bar.ts';
import { amountWords, budgetName, shortFilterWords, stateWords, styleOf, usedWords } from '../budget-words.ts';
import type { Budget } from '../budget-words.ts';
import { command } from '../command.ts';
import type { Screen } from '../screen.ts';
import { momentWords, shortId } from '../session-words.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';

const barWidth = 12;
const empty = 'no budgets yet; set one with: stint budget set 20usd day';

export const budgetLsCommand = command({
  about: 'Lists your budgets across sessions and how they stand, newest first.',
  args: {},
  options: {},
  examples: [
    ['', 'all of them'],
    ['--json', 'the same as the API answers it'],
  ],
  exec: async ({ settings }) => {
    const client = await open(settings);
    const found = await ask(client.GET('/api/usage/budgets'));
    return {
      value: found,
      text: (screen) => (found.budgets.length === 0 ? empty : budgetTable(screen, found.budgets, Date.now())),
    };
  },
});

export const budgetTable = (screen: Screen, budgets: readonly Budget[], now: number): string =>
  tableText(screen, columns(screen, shortFilterWords(budgets), now), budgets);

/** What tells budgets apart stays longest: without it nothing else says anything. */
const columns = (screen: Screen, ofWords: (budget: Budget) => string, now: number): Column<Budget>[] => {
  const bar: Column<Budget> = {
    heading: '',
    cell: ({ percent }) => Object.values(barOf(percent / 100, barWidth)).join(''),
    style: styleOf,
    weight: 3,
  };
  return [
    { heading: 'ID', cell: ({ id }) => shortId(id), style: () => 'dim', weight: 6 },
    { heading: 'BUDGET', cell: budgetName, weight: 10, shrinksTo: 14 },
    { heading: 'OF', cell: ofWords, weight: 8, shrinksTo: 12 },
    ...(screen.isTerminal ? [bar] : []),
    { heading: 'USED', cell: usedWords, weight: 5, isNumber: true },
    { heading: '%', cell: ({ percent }) => String(Math.floor(percent)), style: styleOf, weight: 9, isNumber: true },
    {
      heading: 'HEADING FOR',
      cell: (budget) => (budget.projected === undefined ? '' : amountWords(budget, budget.projected)),
      weight: 4,
      isNumber: true,
    },
    {
      heading: 'UNTIL',
      cell: ({ periodEnd }) => (periodEnd === undefined ? '' : momentWords(periodEnd, now)),
      style: () => 'dim',
      weight: 1,
    },
    { heading: 'STATE', cell: stateWords, style: styleOf, weight: 7 },
  ];
};
