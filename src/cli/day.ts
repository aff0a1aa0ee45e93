import type { Parse } from './command.ts';

/** Days, as people type and read them. */

const dayMs = 86_400_000;

/** `YYYY-MM-DD`, counted from today, which is the caller's to know. Of a month it is the first day, or the last one. */
export type Day = (today: string, end?: 'first' | 'last') => string;

/** The help of options that take a day. */
export const dayExamples = '2026-11-20, 20261120, 2026-11, today, yesterday, 7d, 2w, 3m';

/** `2026-11-20`, `20261120`, `2026-11`, `today`, `yesterday`, `7d`, `2w`, `3m`. */
export const parseDay: Parse<Day> = (text) => {
  const typed = text.trim().toLowerCase();
  const named = { today: '0d', yesterday: '1d' }[typed] ?? typed;
  const [, count, unit] = /^(\d{1,4})([dwm])$/.exec(named) ?? [];
  if (count !== undefined && unit === 'm') return (today) => monthsBefore(today, Number(count));
  if (count !== undefined) return (today) => dateOf(Date.parse(today) - Number(count) * (unit === 'w' ? 7 : 1) * dayMs);
  const isMonth = /^\d{4}-\d\d$/.test(typed) && !Number.isNaN(Date.parse(`${typed}-01`));
  if (isMonth) return (_, end = 'first') => (end === 'first' ? `${typed}-01` : lastOfMonth(typed));
  const [, year = '', month = '', day = ''] = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(typed) ?? [];
  const date = `${year}-${month}-${day}`;
  if (year === '' || Number.isNaN(Date.parse(date)) || dateOf(Date.parse(date)) !== date)
    throw new Error(
      'A day is a date such as 2026-11-20, a month such as 2026-11, today, yesterday, or 7d, 2w, 3m for so many days, weeks, months ago',
    );
  return () => date;
};

/** The same day of an earlier month, or the last one of a month that is shorter. */
const monthsBefore = (today: string, count: number): string => {
  const first = new Date(`${today.slice(0, 7)}-01`);
  first.setUTCMonth(first.getUTCMonth() - count);
  const month = dateOf(first.getTime()).slice(0, 7);
  const same = `${month}${today.slice(7)}`;
  const last = lastOfMonth(month);
  return same < last ? same : last;
};

const lastOfMonth = (month: string): string => {
  const next = new Date(`${month}-01`);
  next.setUTCMonth(next.getUTCMonth() + 1, 0);
  return dateOf(next.getTime());
};

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 'YYYY-MM-DD'.length);

const calendars = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD` on the calendar of a time zone. */
export const dayAt = (time: number, timeZone: string): string => {
  const calendar =
    calendars.get(timeZone) ??
    new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  calendars.set(timeZone, calendar);
  const parts = calendar.formatToParts(time).map(({ type, value }): [string, string] => [type, value]);
  const { year = '', month = '', day = '' } = Object.fromEntries(parts);
  return `${year.padStart(4, '0')}-${month}-${day}`;
};

/** The name of a time zone, as far as this machine knows them. */
export const parseTimeZone: Parse<string> = (text) => {
  if (!isTimeZone(text)) throw new Error('It is an IANA time zone such as Europe/Berlin');
  return text;
};

const isTimeZone = (text: string): boolean => {
  try {
    return /^[a-z]/i.test(text) && new Intl.DateTimeFormat('en', { timeZone: text }).format(0) !== '';
  } catch {
    return false;
  }
};

export const timeZoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `20 Nov`. A date so far off that it has another form is told as it is. */
export const dateWords = (date: string): string => {
  const [, , month = '', day = ''] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date) ?? [];
  return day === '' ? date : `${Number(day)} ${months[Number(month) - 1]}`;
};

/** `Fri`; nothing of a date that is none. */
export const weekdayWords = (date: string): string => weekdays[new Date(date).getUTCDay()] ?? '';

/** `Nov 2026`. */
export const monthWords = (month: string): string =>
  `${months[Number(month.slice(5)) - 1] ?? month} ${month.slice(0, 4)}`;

/** `20 Nov 2026`, `2 Nov – 20 Nov 2026`, `2 Dec 2025 – 20 Nov 2026`. */
export const spanWords = (first: string, last: string): string => {
  const dated = (date: string) => `${dateWords(date)} ${date.slice(0, 4)}`;
  if (first === last) return dated(first);
  return `${first.slice(0, 4) === last.slice(0, 4) ? dateWords(first) : dated(first)} – ${dated(last)}`;
};

/** The date itself where there is none so many days after it. */
export const daysLater = (date: string, days: number): string => {
  const time = Date.parse(date) + days * dayMs;
  return Number.isNaN(new Date(time).getTime()) ? date : dateOf(time);
};
