import { cut, plain } from './plain.ts';
import { paint } from './screen.ts';
import type { Screen } from './screen.ts';

/** A line of the log for people: one line whatever stands in it. */

const names: Record<number, string> = { 10: 'TRACE', 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };
const colours = { 40: 'yellow', 50: 'red', 60: 'red' } as const;
const longestValue = 500;

/** `level` is pino's number. */
type LogRecord = Record<string, unknown> & { level: number };

/** What was written: a JSON object with a level, or anything that got between. */
export const recordIn = (text: string): LogRecord | undefined => {
  try {
    const found: unknown = JSON.parse(text);
    const isRecord = typeof found === 'object' && found !== null && typeof (found as LogRecord).level === 'number';
    return isRecord ? (found as LogRecord) : undefined;
  } catch {
    return undefined;
  }
};

/** For scripts: the level by its name, as everywhere else on the command line. What is no entry of the log's own is told as text. */
export const entryOf = (text: string): unknown => {
  const record = recordIn(text);
  return record ? { ...record, level: nameOf(record.level) } : { text };
};

const nameOf = (level: number): string => names[level] ?? String(level);

export const lineOf = (screen: Screen, text: string): string => {
  const record = recordIn(text);
  if (!record) return plain(text);
  const { level, time, msg, err, ...rest } = record;
  const name = nameOf(level).padEnd(5);
  const colour = colours[level as keyof typeof colours];
  const cause = messageOf(err);
  const words = [typeof msg === 'string' ? plain(msg) : '', cause && `(${cause})`].filter(Boolean).join(' ');
  const fields = Object.entries(rest).map(([key, value]) => `${plain(key)}=${valueOf(value)}`);
  return [
    paint(screen, 'dim', typeof time === 'string' ? plain(time) : ''),
    colour ? paint(screen, colour, name) : name,
    words,
    ...fields.map((field) => paint(screen, 'dim', field)),
  ]
    .filter(Boolean)
    .join(' ');
};

/** An error's kind and sentence; where it came from stands in the file and in `--json`. */
const messageOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return '';
  const { type, message } = error as { type?: unknown; message?: unknown };
  return [type, message]
    .filter((part) => typeof part === 'string')
    .map((part) => valueOf(part))
    .join(': ');
};

const valueOf = (value: unknown): string =>
  cut(plain(typeof value === 'string' ? value : JSON.stringify(value)), longestValue);
