/** Analytics over HTTP: what is answered of sessions that were really led, and what is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas, Session } from '../../sdk/index.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
});
afterAll(() => doorway.close());

type Analytics = Schemas['UsageAnalytics'];

const usage = async (query: string): Promise<Analytics> =>
  (await doorway.request('GET', `/api/analytics/usage?${query}`)).body as Analytics;

const add = async ({ id }: Session, tokensUsed: number, timestamp?: number) =>
  unwrap(
    await doorway.client().POST('/api/sessions/{id}/tokens', {
      params: { path: { id } },
      body: { tokensUsed, operation: 'work', ...(timestamp === undefined ? {} : { timestamp }) },
    }),
  );

const start = (): Promise<Session> => doorway.startSession({ duration: 9 * day });

const change = async ({ id }: Session, status: Session['status']) =>
  unwrap(await doorway.client().PATCH('/api/sessions/{id}', { params: { path: { id } }, body: { status } }));

/** The time goes on to `ms` after a full hour. */
const toHour = (ms: number): void => doorway.time.pass(hour - (doorway.time.wall() % hour) + ms);

const used = ({ trends }: Analytics) => trends.filter(({ sessionCount }) => sessionCount > 0);

describe('GET /api/analytics/usage', () => {
  it('is all zeros in every bucket where nothing was', async () => {
    for (const [period, count, ms] of [
      ['hour', 12, 5 * minute],
      ['day', 24, hour],
      ['week', 7, day],
      ['month', 30, day],
    ] as const) {
      const { trends, ...rest } = await usage(`period=${period}`);
      expect(rest).toEqual({
        totalSessions: 0,
        totalTokens: 0,
        averageSessionDuration: 0,
        peakUsageHours: [],
        period,
        tz: 'UTC',
      });
      const last = Math.floor(doorway.time.wall() / ms) * ms;
      expect(trends).toEqual(
        Array.from({ length: count }, (_, i) => ({
          timestamp: last - (count - 1 - i) * ms,
          tokensUsed: 0,
          sessionCount: 0,
          averageDuration: 0,
        })),
      );
    }
  });

  it('tells what was used when, by active time and the tokens’ own times', async () => {
    toHour(10 * minute);
    const begin = doorway.time.wall() - 10 * minute;
    const one = await start();
    const two = await start();
    await add(one, 100);
    doorway.time.pass(20 * minute);
    await change(one, 'paused');
    // While it is paused, and late.
    await add(one, 7);
    await add(two, 5, begin - 3 * hour);
    doorway.time.pass(40 * minute);
    const found = await usage('period=day');
    expect(found).toMatchObject({
      totalSessions: 2,
      totalTokens: 112,
      averageSessionDuration: (20 * minute + 60 * minute) / 2,
      peakUsageHours: [new Date(begin).getUTCHours(), new Date(begin - 3 * hour).getUTCHours()],
    });
    expect(used(found)).toEqual([
      { timestamp: begin - 3 * hour, tokensUsed: 5, sessionCount: 1, averageDuration: 0 },
      { timestamp: begin, tokensUsed: 107, sessionCount: 2, averageDuration: 35 * minute },
      { timestamp: begin + hour, tokensUsed: 0, sessionCount: 1, averageDuration: 10 * minute },
    ]);
    // What is open counts up to now, and what was asked before is no older for it.
    doorway.time.pass(minute);
    await add(two, 1);
    expect(used(await usage('period=day')).at(-1)).toMatchObject({ tokensUsed: 1, averageDuration: 11 * minute });
    expect((await usage('period=hour')).trends.at(-1)).toMatchObject({ sessionCount: 1, tokensUsed: 1 });
  });

  it('is told of some sessions, named twice or in a list, and of those alone', async () => {
    toHour(0);
    const [a, b, c] = [await start(), await start(), await start()];
    for (const [session, count] of [
      [a, 1],
      [b, 2],
      [c, 4],
    ] as const)
      await add(session, count);
    const tokens = async (query: string) => (await usage(`period=hour${query}`)).totalTokens;
    expect(await tokens(`&sessions=${a.id}`)).toBe(1);
    expect(await tokens(`&sessions=${a.id},${c.id}`)).toBe(5);
    expect(await tokens(`&sessions=${a.id}&sessions=${b.id}&sessions=${a.id}`)).toBe(3);
    expect(await usage(`period=hour&sessions=${a.id}`)).toMatchObject({ totalSessions: 1 });
  });

  it('forgets a session that is deleted', async () => {
    toHour(0);
    const session = await start();
    const before = await usage('period=week');
    await add(session, 1000);
    doorway.time.pass(1);
    expect((await usage('period=week')).totalTokens).toBe(before.totalTokens + 1000);
    await change(session, 'completed');
    await doorway.request('DELETE', `/api/sessions/${session.id}`);
    const after = await usage('period=week');
    expect([after.totalTokens, after.totalSessions]).toEqual([before.totalTokens, before.totalSessions]);
  });

  it('begins hours and days where the time zone has them', async () => {
    const { trends, tz } = await usage('period=day&tz=asia/kathmandu');
    expect(tz).toBe('Asia/Kathmandu');
    expect(trends.map(({ timestamp }) => timestamp % hour)).toEqual(trends.map(() => 15 * minute));
    const berlin = await usage('period=week&tz=Europe/Berlin');
    expect(berlin.trends.map(({ timestamp }) => new Date(timestamp).toISOString().slice(11, 16))).toEqual(
      berlin.trends.map(() => '22:00'),
    );
  });

  it('is the same after the server was started again', async () => {
    const query = 'period=month&tz=America/New_York';
    const before = await usage(query);
    await doorway.stop();
    await doorway.start();
    expect(await usage(query)).toEqual(before);
  });

  it.each([
    ['', ['period']],
    ['period=year', ['period']],
    ['period=day&period=week', ['period']],
    ['period=day&tz=Mars/Olympus', ['tz']],
    ['period=day&tz=%2B05:30', ['tz']],
    ['period=day&tz=', ['tz']],
    ['period=day&tz=UTC&tz=UTC', ['tz']],
    ['period=day&sessions=x', ['sessions.0']],
    ['period=day&sessions=', ['sessions.0']],
    ['period=day&sessions=019a8f5e-7c1b-7000-8000-3b5f00000000,nope', ['sessions.1']],
    ['period=day&from=1', ['from']],
  ])('%s is refused with the path of what is wrong', async (query, paths) => {
    const { status, problem } = await doorway.request('GET', `/api/analytics/usage?${query}`);
    expect([status, problem.error, badPaths(problem)]).toEqual([400, 'invalid_request', paths]);
  });

  it('of a session that is not there is 404', async () => {
    const { status, problem } = await doorway.request(
      'GET',
      '/api/analytics/usage?period=day&sessions=019a8f5e-7c1b-7000-8000-3b5f00000000',
    );
    expect([status, problem.error]).toEqual([404, 'session_not_found']);
  });

  it('needs a token', async () => {
    expect((await doorway.request('GET', '/api/analytics/usage?period=day', { token: '' })).status).toBe(401);
  });
});
