import { ofDecision, ofDocument } from '../check.ts';
import type { Context, TimerCheck, TimerGroup } from '../context.ts';
import {
  bodyOf,
  expectBadField,
  expectBetween,
  expectProblem,
  expectHeader,
  expectSame,
  expectStatus,
  expectSuccess,
  expectThat,
  numberAt,
  rowsAt,
  skipUnlessFound,
  textAt,
} from '../judge.ts';
import type { Body } from '../judge.ts';
import { expectUnixMs } from './shapes.ts';

const ruleOfUsage =
  'GET /api/analytics/usage answers totalSessions, totalTokens, averageSessionDuration, peakUsageHours, trends';
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Buckets by period: how many there are, and how long one is in UTC. */
const periods = [
  ['hour', 12, 5 * minute],
  ['day', 24, hour],
  ['week', 7, day],
  ['month', 30, day],
] as const;

const usage = async ({ http }: Context, query: string): Promise<Body> => {
  const answer = await http.get(`/api/analytics/usage?${query}`);
  skipUnlessFound(answer);
  expectSuccess(answer);
  return bodyOf(answer);
};

const hourOf = (time: number): number => new Date(time).getUTCHours();
const trendsOf = (body: Body): Body[] => rowsAt(body, 'trends');
const sumOf = (rows: readonly Body[], field: string): number =>
  rows.reduce((all, row) => all + numberAt(row, field), 0);

const expectShape = (body: Body): void => {
  for (const field of ['totalSessions', 'totalTokens', 'averageSessionDuration']) numberAt(body, field);
  const hours = body['peakUsageHours'];
  expectThat(
    Array.isArray(hours) && hours.every((one) => Number.isInteger(one) && one >= 0 && one <= 23),
    'peakUsageHours to be hours of the day',
    hours,
  );
  for (const trend of trendsOf(body)) {
    expectUnixMs(trend, 'timestamp');
    for (const field of ['tokensUsed', 'sessionCount', 'averageDuration']) numberAt(trend, field);
  }
};

const bucketChecks = periods.map(([period, count, length]): TimerCheck =>
  ofDecision(
    `analytics.buckets-${period}`,
    'buckets begin at full 5 minutes (hour: 12), hours (day: 24), midnights (week: 7, month: 30) in UTC; the last holds now',
    async (context) => {
      const { body } = await context.startAnswer({ duration: 60_000 });
      const starts = trendsOf(await usage(context, `period=${period}`)).map((row) => numberAt(row, 'timestamp'));
      expectSame(`buckets of a ${period}`, starts.length, count);
      const last = starts.at(-1) ?? 0;
      const uneven = starts.filter((start, n) => start !== last - (count - 1 - n) * length || start % length !== 0);
      expectSame('buckets that do not begin where they should', uneven, []);
      expectBetween('the start of the last bucket', last, numberAt(body, 'startTime') - length, Date.now() + day);
    },
  ),
);

/** What was used in a time, over all sessions or some. */
export const analytics: TimerGroup = {
  name: 'analytics',
  title: 'Analytics',
  checks: [
    ...periods.map(([period]): TimerCheck =>
      ofDocument(`analytics.usage-${period}`, `${ruleOfUsage}; period is hour, day, week or month`, async (context) => {
        await context.record(await context.startId(), 5);
        expectShape(await usage(context, `period=${period}`));
      }),
    ),
    ofDocument('analytics.sessions', 'sessions narrows the analytics to some', async (context) => {
      const [id, other] = [await context.startId(), await context.startId()];
      await context.record(id, 120);
      await context.record(other, 7);
      expectSame('totalTokens of one session', (await usage(context, `period=day&sessions=${id}`))['totalTokens'], 120);
    }),
    ...bucketChecks,
    ofDecision('analytics.period-needed', 'period is hour, day, week or month', async (context) => {
      await usage(context, 'period=day');
      for (const query of ['', '?period=year', '?period=']) {
        expectBadField(await context.http.get(`/api/analytics/usage${query}`), 'period');
      }
    }),
    ofDecision('analytics.sessions-list', 'sessions? repeated or comma list', async (context) => {
      const [a, b] = [await context.startId(), await context.startId()];
      await context.record(a, 100);
      await context.record(b, 50);
      await context.record(await context.startId(), 1);
      for (const sessions of [`sessions=${a},${b}`, `sessions=${a}&sessions=${b}`]) {
        const body = await usage(context, `period=day&${sessions}`);
        expectSame('totalTokens', body['totalTokens'], 150);
        expectSame('totalSessions', body['totalSessions'], 2);
      }
    }),
    ofDecision('analytics.trends', 'empty buckets are present with zeros', async (context) => {
      const { id, body: session } = await context.startAnswer({ duration: 60_000 });
      await context.record(id, 64);
      const trends = trendsOf(await usage(context, `period=hour&sessions=${id}`));
      const start = numberAt(session, 'startTime');
      const early = trends.filter((row) => numberAt(row, 'timestamp') + 5 * minute <= start);
      expectSame('tokens before the session', sumOf(early, 'tokensUsed'), 0);
      expectSame('sessions before the session', sumOf(early, 'sessionCount'), 0);
      expectSame('averageDuration before the session', sumOf(early, 'averageDuration'), 0);
      expectSame('tokens of all buckets', sumOf(trends, 'tokensUsed'), 64);
    }),
    ofDecision('analytics.timestamps', 'tokens count in the bucket of their timestamp', async (context) => {
      const { id, body: session } = await context.startAnswer({ duration: 60_000 });
      const back = numberAt(session, 'startTime') - 3 * hour;
      await context.record(id, 64, { timestamp: back });
      const trends = trendsOf(await usage(context, `period=day&sessions=${id}`));
      const met = trends.filter((row) => numberAt(row, 'tokensUsed') > 0);
      expectSame(
        'tokens in buckets',
        met.map(({ tokensUsed }) => tokensUsed),
        [64],
      );
      const at = numberAt(met[0] ?? {}, 'timestamp');
      expectThat(at <= back && back < at + hour, `the bucket of ${back}`, at);
    }),
    ofDecision(
      'analytics.duration',
      'averageSessionDuration: mean ms of their active time inside it',
      async (context) => {
        const id = await context.startId();
        await context.untilElapsed(id, 300);
        const { elapsed } = await context.change(id, { status: 'paused' });
        const body = await usage(context, `period=day&sessions=${id}`);
        expectBetween(
          'averageSessionDuration',
          numberAt(body, 'averageSessionDuration'),
          Number(elapsed) - 5,
          Number(elapsed) + 5,
        );
      },
    ),
    ofDecision(
      'analytics.peak',
      'peakUsageHours: up to five hours of the day with tokens, most first, ties earliest',
      async (context) => {
        const { id, body: session } = await context.startAnswer({ duration: 60_000 });
        const now = numberAt(session, 'startTime');
        const given = [10, 70, 30, 30, 20, 60, 5].map((tokens, n) => ({ tokens, at: now - n * hour }));
        for (const { tokens, at } of given) await context.record(id, tokens, { timestamp: at });
        const expected = given
          .map(({ tokens, at }) => ({ tokens, hour: hourOf(at) }))
          .toSorted((a, b) => b.tokens - a.tokens || a.hour - b.hour)
          .slice(0, 5)
          .map(({ hour }) => hour);
        expectSame('peakUsageHours', (await usage(context, `period=day&sessions=${id}`))['peakUsageHours'], expected);
      },
    ),
    ofDecision('analytics.peak-none', 'peakUsageHours: hours of the day with tokens', async (context) => {
      const id = await context.startId();
      const body = await usage(context, `period=day&sessions=${id}`);
      expectSame('peakUsageHours', body['peakUsageHours'], []);
      expectSame('totalTokens', body['totalTokens'], 0);
    }),
    ofDecision('analytics.zone', 'midnights in tz (UTC)', async (context) => {
      // 5 h 45 min ahead of UTC all year round.
      const trends = trendsOf(await usage(context, 'period=week&tz=Asia/Kathmandu'));
      expectSame('buckets', trends.length, 7);
      const odd = trends.filter((row) => (numberAt(row, 'timestamp') + 345 * minute) % day !== 0);
      expectSame('buckets that do not begin at midnight', odd, []);
    }),
    ofDecision('analytics.zone-unknown', 'tz? is an IANA zone', async (context) => {
      await usage(context, 'period=day');
      expectBadField(await context.http.get('/api/analytics/usage?period=day&tz=Mars/Olympus'), 'tz');
    }),
    ofDecision('analytics.unknown-field', 'an unknown field: 400', async (context) => {
      await usage(context, 'period=day');
      expectProblem(await context.http.get('/api/analytics/usage?period=day&colour=red'), 400);
    }),
    ofDecision(
      'analytics.export-json',
      'GET /api/analytics/export: attachment with sessions, tokenUsage, checkpoints',
      async (context) => {
        const id = await context.startId();
        await context.record(id, 3);
        await context.http.post(`/api/sessions/${id}/checkpoints`, { phase: 'p', promptCount: 0 });
        const answer = await context.http.get('/api/analytics/export?format=json');
        skipUnlessFound(answer);
        expectStatus(answer, 200);
        expectHeader(answer, 'content-disposition', 'attachment');
        const body = bodyOf(answer);
        expectThat(
          rowsAt(body, 'sessions').some((row) => textAt(row, 'id') === id),
          'the session in sessions',
          'not there',
        );
        for (const field of ['tokenUsage', 'checkpoints']) {
          const own = rowsAt(body, field).filter((row) => textAt(row, 'sessionId') === id);
          expectSame(`rows of the session in ${field}`, own.length, 1);
        }
      },
    ),
    ofDecision('analytics.export-csv', 'GET /api/analytics/export takes format json or csv', async (context) => {
      const id = await context.startId();
      const answer = await context.http.get('/api/analytics/export?format=csv');
      skipUnlessFound(answer);
      expectStatus(answer, 200);
      expectHeader(answer, 'content-type', 'text/csv');
      expectHeader(answer, 'content-disposition', 'attachment');
      expectThat(answer.text.includes(id), 'the session in the export', 'it is not there');
    }),
    ofDecision('analytics.export-format', 'GET /api/analytics/export takes format json or csv', async (context) => {
      skipUnlessFound(await context.http.get('/api/analytics/export?format=json'));
      expectBadField(await context.http.get('/api/analytics/export?format=xml'), 'format');
    }),
  ],
};
