import { expect, it } from 'vitest';
import type { Schemas } from '../sdk/index.ts';
import { analyticsText } from './analytics-words.ts';
import { widthOf } from './plain.ts';

type Analytics = Schemas['UsageAnalytics'];

const hour = 3_600_000;
const begin = Date.parse('2026-11-20T08:00:00Z');

const day: Analytics = {
  totalSessions: 3,
  totalTokens: 150_000,
  averageSessionDuration: 80 * 60_000,
  peakUsageHours: [9, 8],
  trends: [
    { timestamp: begin, tokensUsed: 50_000, sessionCount: 1, averageDuration: 60 * 60_000 },
    { timestamp: begin + hour, tokensUsed: 100_000, sessionCount: 3, averageDuration: 20_000 },
    { timestamp: begin + 2 * hour, tokensUsed: 0, sessionCount: 0, averageDuration: 0 },
  ],
  period: 'day',
  tz: 'UTC',
};

const screen = { isTerminal: true, columns: 62, rows: 24, colors: false };

it('shows a line of totals, the busiest hours and a bar a bucket, the longest for the most', () => {
  expect(analyticsText(screen, day)).toBe(
    [
      '150k tokens · 3 sessions · 1h 20m each · last day · UTC',
      'busiest hours 09:00, 08:00',
      '',
      'FROM                         TOKENS  SESSIONS  EACH',
      '08:00  ██████████               50k         1    1h',
      '09:00  ████████████████████    100k         3   20s',
      '10:00                             0         0    0s',
    ].join('\n'),
  );
});

it('has no bars in a pipe and on a narrow screen, and stays within the screen', () => {
  expect(analyticsText({ ...screen, isTerminal: false, columns: 80 }, day)).not.toContain('█');
  for (const columns of [20, 30, 40, 47, 48, 60, 100]) {
    const lines = analyticsText({ ...screen, columns }, day)
      .split('\n')
      .slice(3);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    expect(lines.join('').includes('█')).toBe(columns >= 48);
  }
});

it('has colours only where they are wanted', () => {
  expect(analyticsText(screen, day)).not.toContain('\u001b');
  expect(analyticsText({ ...screen, colors: true }, day)).toContain('\u001b[36m█');
});

it('names hours and days by the clocks of the time zone', () => {
  const kathmandu = analyticsText(screen, { ...day, tz: 'Asia/Kathmandu' });
  expect(kathmandu).toMatch(/^13:45 /m);
  const week = analyticsText(screen, { ...day, period: 'week', tz: 'America/New_York' });
  expect(week).toMatch(/^Fri 20 Nov /m);
});

it('says when there was nothing', () => {
  const nothing = { ...day, totalSessions: 0, totalTokens: 0, peakUsageHours: [], trends: [day.trends[2]!] };
  expect(analyticsText(screen, nothing).split('\n')[0]).toBe('0 tokens · 0 sessions · last day · UTC');
  expect(analyticsText(screen, nothing)).not.toContain('█');
});
