import { dateWords, dayAt, daysLater, monthWords, weekdayWords } from '../day.ts';

/** How far back the totals of a live view go: one key leads from each to the next. */
export const spans = ['today', 'week', 'month'] as const;
export type Span = (typeof spans)[number];

export const nextSpan = (span: Span): Span => spans[(spans.indexOf(span) + 1) % spans.length] ?? 'today';

/** The first day of it; weeks begin on Mondays. */
export const firstDayOf = (span: Span, today: string): string => {
  if (span === 'today') return today;
  if (span === 'month') return `${today.slice(0, -2)}01`;
  return daysLater(today, -((new Date(today).getUTCDay() + 6) % 7));
};

const dated = (date: string): string => `${weekdayWords(date)} ${dateWords(date)}`;

/** `today`, `Fri 20 Nov`. */
export const spanNames = (span: Span, now: number, timeZone: string): [name: string, days: string] => {
  const today = dayAt(now, timeZone);
  if (span === 'today') return ['today', dated(today)];
  if (span === 'month') return ['this month', monthWords(today.slice(0, 'YYYY-MM'.length))];
  return ['this week', `since ${dated(firstDayOf(span, today))}`];
};
