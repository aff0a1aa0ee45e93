import type { Schemas, Session } from '../sdk/index.ts';
import { countWords } from './count.ts';
import { durationWords } from './duration.ts';
import { cut, plain, widthOf } from './plain.ts';
import type { Screen, Style } from './screen.ts';
import { paint } from './screen.ts';

/** A session in words. */

/** The end of an id: its beginning is a clock, the same for all of a day. */
export const shortId = (id: string): string => id.slice(-8);

/** Whether what was typed is an end of an id, or a beginning of it or of what is shown of it. */
export const isPartOf = (id: string, typed: string): boolean =>
  id.startsWith(typed) || id.endsWith(typed) || shortId(id).startsWith(typed);

export const nameOf = ({ id, name }: Pick<Session, 'id' | 'name'>): string => plain(name ?? shortId(id));

/** A session as its agent names it. */
export interface AgentSession {
  source: string;
  sessionId: string;
}

export const nameKey = ({ source, sessionId }: AgentSession): string => `${source} ${sessionId}`;

/** `2h 14m of 5h`. */
export const timeWords = ({ elapsed, duration, unlimited }: Session): string =>
  unlimited ? durationWords(elapsed) : `${durationWords(elapsed)} of ${durationWords(duration)}`;

/** `96.4k of 200k tokens`. */
const tokenWords = ({ tokensUsed, tokenBudget }: Session): string =>
  `${countWords(tokensUsed)}${tokenBudget === undefined ? '' : ` of ${countWords(tokenBudget)}`} tokens`;

const styleOf: Record<Session['status'], Style> = { active: 'green', paused: 'yellow', completed: 'dim' };

export const statusWords = (screen: Screen, { status, over }: Session): string =>
  over && status === 'active' ? paint(screen, 'red', 'over') : paint(screen, styleOf[status], status);

const shortestName = 12;

/** What a command that changed a session says: `paused fix the login · 2h 14m of 5h · 96.4k tokens · 1b2c3d4e`. */
export const sessionLine = (screen: Screen, session: Session, done: string): string => {
  const facts = [
    timeWords(session),
    ...(session.tokensUsed > 0 || session.tokenBudget !== undefined ? [tokenWords(session)] : []),
    ...(session.name === undefined ? [] : [shortId(session.id)]),
  ].join(' · ');
  const room = screen.isTerminal ? screen.columns - widthOf(`${done}  · ${facts}`) : Infinity;
  const name = cut(nameOf(session), Math.max(shortestName, room));
  return `${done} ${paint(screen, 'bold', name)} · ${facts}`;
};

type Projection = Schemas['UsageProjection'];

/** What is known of a session's pace, the most telling first: `361/min`, `heading for 156k`, `budget gone in 4h 47m`. */
export const paceWords = (session: Session, projection: Projection): string[] => {
  const { currentRate, projectedTotal, timeToLimit, confidence } = projection;
  const { tokensUsed, elapsed, status } = session;
  const isOpen = status !== 'completed';
  // Until enough is known to project from, the projected total is what is used, with no confidence in it.
  const isHeading = isOpen && projectedTotal > tokensUsed;
  const rate = isOpen && currentRate > 0 ? currentRate : tokensUsed / (Math.max(1000, elapsed) / minuteMs);
  return [
    `${countWords(rate)}/min`,
    ...(isHeading ? [`heading for ${countWords(projectedTotal)}`] : []),
    ...(isOpen && timeToLimit && (isHeading || confidence > 0)
      ? [`budget gone in ${durationWords(timeToLimit * minuteMs)}`]
      : []),
  ];
};

const minuteMs = 60_000;

/** `14:02`, `yesterday 14:02`, `tomorrow 14:02`, `3 Nov 14:02`, `3 Nov 2025`, in local time. */
export const momentWords = (at: number, now: number): string => {
  const then = new Date(at);
  const time = `${pair(then.getHours())}:${pair(then.getMinutes())}`;
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return time;
  if (days === 1) return `yesterday ${time}`;
  if (days === -1) return `tomorrow ${time}`;
  const date = `${then.getDate()} ${months[then.getMonth()]}`;
  return then.getFullYear() === new Date(now).getFullYear() ? `${date} ${time}` : `${date} ${then.getFullYear()}`;
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const pair = (n: number): string => String(n).padStart(2, '0');
const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
