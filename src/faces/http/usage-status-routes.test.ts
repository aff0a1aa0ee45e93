/** How far the reading is, and the hours, over HTTP: who is told what. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usageHoursSchema, usageStatusSchema } from '../../contract/usage-status.ts';
import type { UsageStatus } from '../../contract/usage-status.ts';
import { usageApp } from './usage-app.suite.ts';
import type { callers } from './usage-app.suite.ts';

const at = (time: string): number => Date.parse(`2026-11-20T${time}Z`);

const reading: UsageStatus = {
  state: 'reading',
  sources: [{ source: 'claude', files: 412, of: 600, bytes: 183_000_000, ofBytes: 300_000_000 }],
};
const used = [
  { at: at('08:59:59.999'), owner: 'ann', input: 1 },
  { at: at('09:00:00.000'), owner: 'ann', input: 2, costPico: 2_000_000_000 },
  { at: at('09:30:00.000'), owner: 'bo', input: 4, unpriced: 1 },
  { at: at('11:10:00.000'), owner: 'ann', output: 8 },
];

let app: FastifyInstance;
beforeAll(async () => {
  app = await usageApp({ used, skipped: [], folders: [], now: at('11:20:00'), reading: () => reading });
});
afterAll(() => app.close());

const ask = async (path: string, caller: keyof typeof callers = 'owner') => {
  const answer = await app.inject({ url: `/api/usage/${path}`, headers: { 'x-test-caller': caller } });
  return { status: answer.statusCode, body: answer.json<never>() };
};

describe('GET /api/usage/status', () => {
  it('says how far the reading is to whom what is read is shown', async () => {
    for (const caller of ['owner', 'viewer'] as const) {
      const { status, body } = await ask('status', caller);
      expect([status, usageStatusSchema.parse(body)]).toEqual([200, reading]);
    }
    expect((await ask('status', 'member')).body).toEqual({ state: 'off', sources: [] });
  });
});

describe('GET /api/usage/hours', () => {
  const hours = async (query: string, caller?: keyof typeof callers) =>
    usageHoursSchema.parse((await ask(`hours?${query}`, caller)).body).hours;

  it('has so many hours, the last of which holds now', async () => {
    const some = await hours('hours=3');
    expect(some.map(({ start, input, output }) => [start, input, output])).toEqual([
      ['2026-11-20T09:00:00.000Z', 6, 0],
      ['2026-11-20T10:00:00.000Z', 0, 0],
      ['2026-11-20T11:00:00.000Z', 0, 8],
    ]);
    expect(some[0]).toMatchObject({ responses: 2, unpriced: 1, costUsd: '0.002' });
    expect(await hours('')).toHaveLength(24);
  });

  it('tells a member of their own sessions', async () => {
    const own = await hours('hours=12', 'member');
    expect(own.filter(({ responses }) => responses > 0)).toMatchObject([{ input: 4 }]);
  });

  it.each(['hours=0', 'hours=169', 'hours=1.5', 'hours=', 'tz=UTC'])('refuses %s', async (query) => {
    expect((await ask(`hours?${query}`)).status).toBe(400);
  });
});
