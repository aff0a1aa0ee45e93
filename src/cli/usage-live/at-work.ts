import { countWords } from '../count.ts';
import { durationWords } from '../duration.ts';
import { usdWords } from '../money.ts';
import { plain } from '../plain.ts';
import { lineOf } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { nameOf } from '../session-words.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';
import { projectWords, shortModel } from '../usage-lines.ts';
import type { Shown } from './amounts.ts';
import type { Figures } from './figures.ts';

/** Agents at work, the one that did something last first. */

type Session = Figures['sessions'][number];

/** In so many rows. */
export const sessionLines = (screen: Screen, { figures: { sessions }, now }: Shown, rows: number): string[] => {
  if (sessions.length === 0) return [lineOf(screen, [['No agent is at work.', 'dim']])];
  if (rows < 2) return [lineOf(screen, [[`${sessions.length} at work`, 'dim']])];
  const fits = rows - 1 >= sessions.length ? sessions.length : rows - 2;
  const rest = sessions.length - fits;
  const table = fits > 0 ? tableText(screen, sessionColumns(now), sessions.slice(0, fits)).split('\n') : [];
  return [...table, ...(rest > 0 ? [lineOf(screen, [[`and ${rest} more at work`, 'dim']])] : [])];
};

const sessionColumns = (now: number): Column<Session>[] => [
  { heading: 'AT WORK', cell: nameOf, weight: 10, shrinksTo: 10 },
  { heading: 'PROJECT', cell: projectCell, weight: 4, shrinksTo: 8 },
  { heading: 'AGENT', cell: ({ agent }) => plain(agent?.source ?? ''), style: () => 'dim', weight: 2 },
  { heading: 'MODEL', cell: modelCell, weight: 5 },
  { heading: 'TOKENS', cell: ({ tokensUsed }) => countWords(tokensUsed), weight: 6, isNumber: true },
  { heading: 'CACHES', cell: ({ cacheRead = 0 }) => countWords(cacheRead), weight: 1, isNumber: true },
  { heading: 'COST', cell: sessionCost, weight: 9, isNumber: true },
  {
    heading: 'LAST',
    cell: ({ updatedAt }) => agoWords(now - updatedAt),
    style: () => 'dim',
    weight: 8,
    isNumber: true,
  },
];

const projectCell = ({ agent }: Session): string =>
  agent?.directory === undefined ? '' : projectWords(agent.directory, { timeZone: 'UTC', isShort: true }, 1);

const modelCell = ({ models = [] }: Session): string => {
  const [first, ...rest] = models;
  return first === undefined ? '' : `${shortModel(first)}${rest.length > 0 ? ` +${rest.length}` : ''}`;
};

const sessionCost = ({ costUsd, unpriced = 0 }: Session): string =>
  costUsd === undefined ? '' : `${usdWords(costUsd)}${unpriced > 0 ? '+' : ''}`;

/** `now`, `12s`, `3m`. */
const agoWords = (ms: number): string => (ms < 1000 ? 'now' : (durationWords(ms).split(' ')[0] ?? ''));
