import { countWords, percentWords } from '../count.ts';
import { durationWords, remainingWords } from '../duration.ts';
import { nameOf } from '../session-words.ts';
import type { Course } from './course.ts';

/** All that stint writes while the command owns the terminal: the window's title, and a notification at 80 and 95 %. */

type Write = (text: string) => void;

const escape = '\u001b';
const bell = '\u0007';
const operatingSystemCommand = (number: number, text: string): string => `${escape}]${number};${text}${bell}`;
const saveTitle = `${escape}[22;2t`;
const restoreTitle = `${escape}[23;2t`;

type Environment = Record<string, string | undefined>;

/** Where to write; undefined where nobody would see it, or a terminal would show it as text. */
export const terminalOf = (
  streams: readonly { isTTY?: boolean; write: (text: string) => unknown }[],
  env: Environment,
): Write | undefined => {
  const stream = streams.find(({ isTTY }) => isTTY);
  const understands = !['', 'dumb', 'linux'].includes(env['TERM'] ?? '');
  return stream && understands ? (text) => void stream.write(text) : undefined;
};

/** Keeps the title and sends the notifications. */
export class Title {
  readonly #write: Write;
  readonly #wrap: (sequence: string) => string;
  readonly #told = new Map<string, number>();
  #shown = '';

  constructor(write: Write, env: Environment) {
    this.#write = write;
    this.#wrap = env['TMUX'] ? throughTmux : (sequence) => sequence;
    write(saveTitle);
  }

  show(course: Course): void {
    const text = titleOf(course);
    if (text !== this.#shown) this.#write(operatingSystemCommand(2, text));
    this.#shown = text;
  }

  /** A notification for each level that was crossed since the last call. */
  notify(course: Course): void {
    this.#notify('time', course.timeShare, String(course.plannedMs), timeNotice(course));
    this.#notify('budget', course.budgetShare, String(course.session.tokenBudget), budgetNotice(course));
  }

  end(): void {
    this.#write(operatingSystemCommand(2, '') + restoreTitle);
  }

  /** Once for each level, and again only when the limit was changed; two that are crossed at once are one. */
  #notify(what: string, share: number, limit: string, text: string): void {
    const level = levels.find((one) => share * 100 >= one) ?? 0;
    const key = `${what} ${limit}`;
    if (level <= (this.#told.get(key) ?? 0)) return;
    this.#told.set(key, level);
    this.#write(this.#wrap(operatingSystemCommand(9, `stint: ${text}`)));
  }
}

const levels = [95, 80] as const;

/** tmux keeps what it does not know to itself, unless it is told to pass it on (and is set to, `allow-passthrough`). */
const throughTmux = (sequence: string): string =>
  `${escape}Ptmux;${sequence.replaceAll(escape, escape + escape)}${escape}\\`;

/** `fix-login · 4h 58m left · 48.2k of 200k`. */
export const titleOf = ({ session, remaining, over, elapsed }: Course): string => {
  const { tokensUsed, tokenBudget, status, unlimited } = session;
  const time = over > 0 ? `${durationWords(over)} over` : `${leftWords(remaining)} left`;
  const tokens =
    tokenBudget === undefined ? countWords(tokensUsed) : `${countWords(tokensUsed)} of ${countWords(tokenBudget)}`;
  const parts = [nameOf(session), unlimited ? durationWords(elapsed) : time, `${tokens} tokens`];
  return [...parts, ...(status === 'active' ? [] : [status])].join(' · ');
};

const minuteMs = 60_000;

/** A title that changes all the time is a nuisance: seconds only count at the end. */
const leftWords = (ms: number): string => remainingWords(ms > 2 * minuteMs ? Math.ceil(ms / minuteMs) * minuteMs : ms);

const timeNotice = ({ timeShare, remaining, over, session }: Course): string =>
  over > 0
    ? `the time of ${nameOf(session)} is up`
    : `${percentWords(timeShare, 1)} of the time of ${nameOf(session)} is gone, ${remainingWords(remaining)} left`;

const budgetNotice = ({ session }: Course): string => {
  const { tokensUsed, tokenBudget = 1 } = session;
  const amounts = `${countWords(tokensUsed)} of ${countWords(tokenBudget)}`;
  return `${percentWords(tokensUsed, tokenBudget)} of the token budget of ${nameOf(session)} is used, ${amounts}`;
};
