import type { Session } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import { command, optional, withDefault } from '../command.ts';
import { countWords, percentWords } from '../count.ts';
import { choice, text, wholeNumber } from '../parse.ts';
import { usdWords } from '../money.ts';
import { momentWords, nameOf, shortId, timeWords } from '../session-words.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';
import type { Screen } from '../screen.ts';
import { paint } from '../screen.ts';
import { askReading, tellReading } from '../usage-reading.ts';

const usualLimit = 20;
const statuses = ['active', 'paused', 'completed'] as const;

export const lsCommand = command({
  about: 'Lists sessions, newest first.',
  args: { name: optional('[name]', 'only those whose name contains this', text) },
  options: {
    status: optional('-s, --status <status>', statuses.join(', '), choice(statuses)),
    limit: withDefault('-n, --limit <count>', `at most this many (${usualLimit})`, wholeNumber(1, 200), usualLimit),
  },
  examples: [
    ['', 'the latest sessions'],
    ['--status active', 'what runs now'],
    ['login -n 5', 'the latest five with login in their name'],
    ['--json', 'the same as the API answers it'],
  ],
  exec: async ({ args, options, settings }) => {
    const client = await open(settings);
    const { status, limit } = options;
    const query = { limit, ...(status ? { status } : {}), ...(args.name ? { q: args.name } : {}) };
    const [found, reading] = await Promise.all([
      ask(client.GET('/api/sessions', { params: { query } })),
      askReading(client),
    ]);
    tellReading(reading);
    return { value: found, text: (screen) => listText(screen, found, status !== undefined || Boolean(args.name)) };
  },
});

type List = { sessions: readonly Session[]; total: number };

const listText = (screen: Screen, { sessions, total }: List, isFiltered: boolean): string => {
  if (sessions.length === 0) return screen.isTerminal ? emptyText(isFiltered) : '';
  const rest = total - sessions.length;
  const more = rest > 0 && screen.isTerminal ? [paint(screen, 'dim', `and ${rest} more; see them with -n`)] : [];
  const shown = columns(Date.now()).filter(
    ({ cell, heading }) => heading !== 'COST' || sessions.some((one) => cell(one) !== ''),
  );
  return [tableText(screen, shown, sessions), ...more].join('\n');
};

const emptyText = (isFiltered: boolean): string =>
  isFiltered ? 'No session matches; see all with: stint ls' : 'No sessions. Start one with: stint start --for 25m';

const columns = (now: number): Column<Session>[] => [
  { heading: 'ID', cell: ({ id }) => shortId(id), style: () => 'dim', weight: 6 },
  { heading: 'NAME', cell: nameCell, weight: 7, shrinksTo: 20 },
  { heading: 'STATUS', cell: statusCell, style: statusStyle, weight: 5 },
  { heading: 'TIME', cell: timeWords, weight: 4 },
  { heading: 'TOKENS', cell: ({ tokensUsed }) => countWords(tokensUsed), weight: 3, isNumber: true },
  { heading: 'COST', cell: costCell, weight: 2, isNumber: true },
  { heading: 'BUDGET', cell: budgetCell, style: budgetStyle, weight: 2 },
  { heading: 'STARTED', cell: ({ startTime }) => momentWords(startTime, now), style: () => 'dim', weight: 1 },
];

const nameCell = (session: Session): string => (session.name === undefined ? '' : nameOf(session));

const statusCell = ({ status, over }: Session): string => (over && status !== 'completed' ? 'over' : status);

const statusStyle = (session: Session) =>
  ({ active: 'green', paused: 'yellow', over: 'red', completed: 'dim' } as const)[statusCell(session) as 'active'];

/** `+` where the price of some is not known. */
const costCell = ({ costUsd, unpriced }: Session): string =>
  costUsd === undefined ? '' : `${usdWords(costUsd)}${unpriced === undefined ? '' : '+'}`;

const budgetCell = ({ tokensUsed, tokenBudget }: Session): string =>
  tokenBudget === undefined ? '' : `${percentWords(tokensUsed, tokenBudget)} of ${countWords(tokenBudget)}`;

const warnAt = 0.8;

const budgetStyle = ({ tokensUsed, tokenBudget = Infinity }: Session) => {
  if (tokensUsed >= tokenBudget) return 'red' as const;
  return tokensUsed >= tokenBudget * warnAt ? ('yellow' as const) : undefined;
};
