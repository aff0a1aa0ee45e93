import { open } from '../api.ts';
import {
  amountWords,
  budgetBar,
  budgetHelp,
  budgetName,
  chooseBudget,
  filterWords,
  limitWords,
  stateWords,
  styleOf,
  usedWords,
} from '../budget-words.ts';
import type { Budget } from '../budget-words.ts';
import { command, required } from '../command.ts';
import { text } from '../parse.ts';
import { paint } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { momentWords, shortId } from '../session-words.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';

type Alert = Budget['alerts'][number];
type Row = readonly [name: string, value: string];

const barWidth = 24;

export const budgetShowCommand = command({
  about: 'Shows a budget: what is used, where that is heading, the alerts of this period and what it paused.',
  args: { budget: required('<budget>', budgetHelp, text) },
  options: {},
  examples: [
    ['work', 'the one called work'],
    ['7d1e --json', 'the one whose id ends in 7d1e, as the API answers it'],
  ],
  exec: async ({ args, settings }) => {
    const budget = await chooseBudget(await open(settings), args.budget);
    return { value: budget, text: (screen) => details(screen, budget) };
  },
});

const details = (screen: Screen, budget: Budget): string => {
  const now = Date.now();
  const bar = screen.isTerminal ? `${budgetBar(screen, budget, barWidth)} ` : '';
  const rows: Row[] = [
    ['id', budget.id],
    ['limit', `${limitWords(budget)}${budget.action === 'pause' ? ' · pauses what stint runs' : ''}`],
    ['of', filterWords(budget)],
    ['used', `${bar}${Math.floor(budget.percent)} % · ${usedWords(budget)}`],
    ...projectedRows(budget),
    ...periodRows(budget, now),
    ...(budget.unpriced === undefined ? [] : [['unpriced', `${budget.unpriced} responses, not in it`] as const]),
    ...(budget.paused.length === 0 ? [] : [['paused', budget.paused.map(shortId).join(', ')] as const]),
  ];
  const lines = rows.map(([name, value]) => `${paint(screen, 'dim', name.padEnd(9))}${value}`);
  const head = `${paint(screen, 'bold', budgetName(budget))}  ${paint(screen, styleOf(budget), stateWords(budget))}`;
  const table = budget.alerts.length === 0 ? [] : ['', tableText(screen, columns(now), budget.alerts)];
  return [head, ...lines, ...table].join('\n');
};

const projectedRows = (budget: Budget): Row[] =>
  budget.projected === undefined ? [] : [['heading', `for ${amountWords(budget, budget.projected)}`]];

const periodRows = ({ periodStart, periodEnd, timeZone }: Budget, now: number): Row[] =>
  periodStart === undefined || periodEnd === undefined
    ? []
    : [['period', `${momentWords(periodStart, now)} to ${momentWords(periodEnd, now)} · ${timeZone}`]];

const columns = (now: number): Column<Alert>[] => [
  {
    heading: 'ALERT',
    cell: ({ threshold }) => threshold,
    style: ({ threshold }) => (threshold === 'across_95' || threshold === 'across_100' ? 'red' : 'yellow'),
    weight: 3,
  },
  { heading: 'AT', cell: ({ at }) => momentWords(at, now), style: () => 'dim', weight: 2 },
  { heading: 'SESSION', cell: ({ session }) => shortId(session), style: () => 'dim', weight: 1 },
];
