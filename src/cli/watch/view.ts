import { countWords, percentWords } from '../count.ts';
import { countingWords, durationWords } from '../duration.ts';
import { cut, padded as paddedTo, plain, widthOf } from '../plain.ts';
import { lineOf } from '../screen.ts';
import type { Screen, Stretch } from '../screen.ts';
import { momentWords, nameOf, paceWords, shortId } from '../session-words.ts';
import type { Alert, Watched } from './board.ts';
import { bar, barWidth, fitting } from './lines.ts';

/** Watched sessions, drawn: each a block of lines, or a line each where the blocks do not fit. */

const label = 8;
/** What stands beside a bar at most. */
const besideBar = 32;

export const viewLines = (screen: Screen, watched: readonly Watched[], now: number): string[] => {
  if (watched.length === 0)
    return [
      'No session is open. Start one with: stint start --for 25m',
      'It shows here as soon as it starts; q ends this.',
    ].map((words) => lineOf(screen, [[words, 'dim']]));
  const blocks = watched.map((one) => blockLines(screen, one, now));
  const lines = blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]));
  // The last row stays free, as the cursor stands there.
  if (lines.length < screen.rows) return lines;
  const shown = compactLines(screen, watched.slice(0, Math.max(1, screen.rows - 2)));
  const rest = watched.length - shown.length;
  return rest > 0 ? [...shown, lineOf(screen, [[`and ${rest} more`, 'dim']])] : shown;
};

export const blockLines = (screen: Screen, watched: Watched, now: number): string[] => {
  const { session, alerts } = watched;
  const { tokensUsed, tokenBudget, elapsed, duration, unlimited } = session;
  const timeShare = unlimited ? undefined : elapsed / duration;
  const tokenShare = tokenBudget === undefined ? undefined : tokensUsed / tokenBudget;
  return [
    headLine(screen, session, now),
    barLine(screen, 'time', timeShare, timeWords(session)),
    barLine(screen, 'tokens', tokenShare, tokenWords(session)),
    paceLine(screen, watched),
    ...alerts.map((alert) => alertLine(screen, alert, now)),
  ];
};

type Session = Watched['session'];

const headLine = (screen: Screen, session: Session, now: number): string => {
  const { name, id, startTime } = session;
  const details = `since ${momentWords(startTime, now)}${name === undefined ? '' : ` · ${shortId(id)}`}`;
  const room = screen.columns - widthOf(status(session)[0]) - 2;
  const shown = cut(nameOf(session), Math.max(shortestName, room));
  const left = room - widthOf(shown) - 2;
  const more: Stretch[] = widthOf(details) <= left ? [[`  ${details}`, 'dim']] : [];
  return lineOf(screen, [[shown, 'bold'], ['  '], status(session), ...more]);
};

const status = ({ status: word, over }: Session): Stretch => {
  if (over && word !== 'completed') return ['over', 'red'];
  return [word, ({ active: 'green', paused: 'yellow', completed: 'dim' } as const)[word]];
};

const barLine = (screen: Screen, name: string, share: number | undefined, words: string): string => {
  if (share === undefined) return lineOf(screen, [[padded(name), 'dim'], [words]]);
  const width = barWidth(screen.columns, label + besideBar);
  return lineOf(screen, [[padded(name), 'dim'], ...bar(share, width), [`  ${words}`]]);
};

const timeWords = ({ elapsed, duration, remaining, unlimited, over }: Session): string => {
  if (unlimited) return countingWords(elapsed);
  const rest =
    over || elapsed > duration
      ? `${countingWords(elapsed - duration)} over`
      : `${countingWords(Math.ceil(remaining / 1000) * 1000)} left`;
  return `${countingWords(elapsed)} of ${durationWords(duration)} · ${rest}`;
};

const tokenWords = ({ tokensUsed, tokenBudget }: Session): string =>
  tokenBudget === undefined
    ? countWords(tokensUsed)
    : `${countWords(tokensUsed)} of ${countWords(tokenBudget)} · ${percentWords(tokensUsed, tokenBudget)}`;

const paceLine = (screen: Screen, { session, projection }: Watched): string => {
  const { cacheRead } = session;
  const facts = [
    ...paceWords(session, projection),
    ...(cacheRead === undefined ? [] : [`${countWords(cacheRead)} cache reads`]),
  ];
  const stretches = facts.map((fact): Stretch => [fact]);
  return lineOf(screen, [[padded('pace'), 'dim'], ...fitting(stretches, screen.columns - label)]);
};

const alertLine = (screen: Screen, { at, level, message }: Alert, now: number): string => {
  const style = level === 'error' ? 'red' : 'yellow';
  return lineOf(screen, [
    [padded(momentWords(at, now)), 'dim'],
    [plain(message), style],
  ]);
};

const compactBar = 10;
const shortestName = 8;

/** One line for each, in columns; where there is little room the name is cut, then the budget, tokens and time are left out. */
const compactLines = (screen: Screen, watched: readonly Watched[]): string[] => {
  const rows = watched.map(({ session }) => ({ session, cells: compactCells(session) }));
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map(({ cells }) => widthOf(cells[column] ?? ''))));
  const statusWidth = Math.max(...watched.map(({ session }) => widthOf(status(session)[0])));
  const taken = (count: number) =>
    compactBar + widths.slice(0, count).reduce((sum, width) => sum + (width > 0 ? width + 1 : 0), 0);
  const roomBeside = (count: number) => screen.columns - taken(count) - 3 - statusWidth;
  const count = [3, 2, 1].find((some) => roomBeside(some) >= shortestName) ?? 0;
  const longest = Math.max(...watched.map(({ session }) => widthOf(nameOf(session))));
  const nameWidth = Math.max(0, Math.min(longest, roomBeside(count)));
  return rows.map(({ session, cells }) => {
    const { unlimited, elapsed, duration } = session;
    const share = unlimited ? 0 : elapsed / duration;
    const facts = cells.slice(0, count).flatMap((cell, column) => {
      const width = widths[column] ?? 0;
      // The budget is the only one that is not a number.
      return width > 0 ? [column < 2 ? cell.padStart(width) : cell.padEnd(width)] : [];
    });
    return lineOf(screen, [
      ...bar(share, compactBar),
      [facts.map((fact) => ` ${fact}`).join('')],
      [' '],
      [paddedTo(cut(nameOf(session), nameWidth), nameWidth), 'bold'],
      ['  '],
      status(session),
    ]);
  });
};

const compactCells = ({ tokensUsed, tokenBudget, elapsed }: Session): string[] => [
  countingWords(elapsed),
  countWords(tokensUsed),
  tokenBudget === undefined ? '' : `· ${percentWords(tokensUsed, tokenBudget)} of ${countWords(tokenBudget)}`,
];

const padded = (name: string): string => name.padEnd(label);
