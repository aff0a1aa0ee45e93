import type { Session } from '../../sdk/index.ts';
import { countWords, percentWords } from '../count.ts';
import { durationWords } from '../duration.ts';
import { lineOf } from '../screen.ts';
import type { Screen, Stretch, Style } from '../screen.ts';
import { nameOf } from '../session-words.ts';
import type { Ended } from './child.ts';
import type { Untold } from './closing.ts';

/** How a run went. */
export interface Result {
  session: Session;
  /** As it was asked for; a session that ran over is extended by that. */
  plannedMs: number;
  ended: Ended;
  /** It was stopped as its time was up. */
  wasStopped: boolean;
  /** The server could not be told of the end, at `endedAt`, Unix ms. */
  untold?: Untold & { endedAt: number };
}

export const overOf = ({ session, plannedMs }: Result): number => Math.max(0, session.elapsed - plannedMs);

/** Tokens a minute of active time, of which there is at least a second. */
export const averageOf = ({ tokensUsed, elapsed }: Session): number => tokensUsed / (Math.max(1000, elapsed) / 60_000);

export const summaryValue = (result: Result) => {
  const { session, ended, wasStopped, untold } = result;
  return {
    session,
    exitCode: ended.exitCode,
    ...(ended.signal === undefined ? {} : { signal: ended.signal }),
    ...(wasStopped ? { stopped: 'time_up' } : {}),
    overBy: overOf(result),
    averagePerMinute: averageOf(session),
    told: untold === undefined,
    ...(untold && { problem: untold.why.message, endedAt: untold.endedAt, endKept: untold.isKept }),
  };
};

export const summaryText = (screen: Screen, result: Result): string => {
  const { session, ended, wasStopped } = result;
  const exit: Stretch = [ended.signal ?? `exit ${ended.exitCode}`, ended.exitCode === 0 ? 'green' : 'red'];
  const why: Stretch[] = wasStopped ? [['  stopped: the time was up']] : [];
  const lines: Stretch[][] = [
    [['stint  ', 'dim'], [nameOf(session), 'bold'], ['  '], exit, ...why],
    [['time   ', 'dim'], ...timeWords(result)],
    [['tokens ', 'dim'], ...tokenWords(session)],
  ];
  return lines.map((line) => lineOf(screen, line)).join('\n');
};

const timeWords = (result: Result): Stretch[] => {
  const { session, plannedMs } = result;
  const over = overOf(result);
  const time: Stretch = [`${durationWords(session.elapsed)} of ${durationWords(plannedMs)}`];
  return over < 1000 ? [time] : [time, [' · '], [`${durationWords(over)} over`, 'yellow']];
};

const tokenWords = (session: Session): Stretch[] => {
  const { tokensUsed, tokenBudget, cacheRead } = session;
  const rest = [
    ...(tokensUsed === 0 ? [] : [`${countWords(averageOf(session))}/min`]),
    ...(cacheRead === undefined ? [] : [`${countWords(cacheRead)} cache reads`]),
  ];
  const after: Stretch[] = rest.map((words) => [` · ${words}`]);
  if (tokenBudget === undefined) return [[countWords(tokensUsed)], ...after];
  const share = percentWords(tokensUsed, tokenBudget);
  return [
    [`${countWords(tokensUsed)} of ${countWords(tokenBudget)} · `],
    [share, styleOf(tokensUsed / tokenBudget)],
    ...after,
  ];
};

const styleOf = (share: number): Style => {
  if (share >= 1) return 'red';
  return share >= 0.8 ? 'yellow' : 'green';
};
