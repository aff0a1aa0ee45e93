import { lineOf } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { clockWords } from '../usage-lines.ts';
import { readingWords } from '../usage-reading.ts';
import { timeWords } from '../windows-words.ts';
import { costWords } from './amounts.ts';
import type { Shown } from './amounts.ts';
import { sessionLines } from './at-work.ts';
import { headLines, totalFacts } from './head.ts';
import { budgetLines, limitLines } from './limits.ts';
import { spanNames } from './span.ts';

/**
 * Usage as it stands, drawn. From the top: what was used, how the limits stand, budgets, and agents at work, who have what is left of
 * the screen. Where that is too little, the rest is drawn without blank lines and in fewer.
 */

/** Agents that are shown rather than anything with more air. */
const fewAgents = 3;

export const usageLines = (screen: Screen, shown: Shown): string[] => {
  const { sessions } = shown.figures;
  // The last row stays free, as the cursor stands there.
  const rows = screen.rows - 1;
  for (const isRoomy of [true, false]) {
    const above = joined(
      [headLines(screen, shown, isRoomy), limitLines(screen, shown), budgetLines(screen, shown)],
      isRoomy,
    );
    const notes = noteLines(screen, shown);
    const left = rows - above.length - notes.length - (isRoomy ? 1 : 0);
    if (isRoomy && left < Math.min(fewAgents, sessions.length) + 2) continue;
    return [...joined([above, sessionLines(screen, shown, left)], isRoomy), ...notes].slice(0, rows);
  }
  return [];
};

/** Parts that hold something, with a blank line between where there is room. */
const joined = (parts: readonly (readonly string[])[], isRoomy: boolean): string[] =>
  parts.filter((part) => part.length > 0).flatMap((part, i) => (isRoomy && i > 0 ? ['', ...part] : part));

const noteLines = (screen: Screen, { figures: { reading }, isAway }: Shown): string[] => {
  const words = reading && readingWords(reading);
  return [
    ...(words === undefined ? [] : [lineOf(screen, [[`reading what agents left: ${words}`, 'yellow']])]),
    ...(isAway ? [lineOf(screen, [['The server does not answer; trying again …', 'yellow']])] : []),
  ];
};

/** The same in a line, for a pipe or a file. */
export const usageLine = ({ figures, now, timeZone }: Shown): string => {
  const { span, block, sessions } = figures;
  const [name] = spanNames(span, now, timeZone);
  const facts = [
    ...totalFacts(figures).map(([words]) => words),
    ...(block === undefined ? [] : [`block ${costWords(block)}, ${timeWords(Date.parse(block.end) - now)} left`]),
    `${sessions.length} at work`,
  ];
  return `${clockWords(new Date(now).toISOString(), { timeZone })} ${name}: ${facts.join(' · ')}`;
};
