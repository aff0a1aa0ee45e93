import { expect, it } from 'vitest';
import { firstDayOf, nextSpan, spanNames } from './span.ts';

it.each([
  ['today', '2026-11-20', '2026-11-20'],
  ['week', '2026-11-20', '2026-11-16'],
  ['week', '2026-11-16', '2026-11-16'],
  ['week', '2026-11-22', '2026-11-16'],
  ['week', '2027-01-01', '2026-12-28'],
  ['month', '2026-11-20', '2026-11-01'],
] as const)('%s of %s begins on %s', (span, today, first) => expect(firstDayOf(span, today)).toBe(first));

it('leads from one to the next', () => {
  expect(['today', 'week', 'month'].map((span) => nextSpan(span as 'today'))).toEqual(['week', 'month', 'today']);
});

it('is named by the days of the time zone', () => {
  const at = Date.parse('2026-11-30T23:30Z');
  expect(spanNames('today', at, 'UTC')).toEqual(['today', 'Mon 30 Nov']);
  expect(spanNames('today', at, 'Europe/Berlin')).toEqual(['today', 'Tue 1 Dec']);
  expect(spanNames('week', at, 'Europe/Berlin')).toEqual(['this week', 'since Mon 30 Nov']);
  expect(spanNames('month', at, 'Europe/Berlin')).toEqual(['this month', 'Dec 2026']);
});
