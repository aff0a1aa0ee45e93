/** Reports of usage over HTTP: who is told what, and what is refused. What stands in them is tested with the ledger. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { usageReportKinds, usageReportSchemas } from '../../contract/usage-report.ts';
import type { UsageReport } from '../../contract/usage-report.ts';
import type { ApiError } from '../../sdk/index.ts';
import { usageApp } from './usage-app.suite.ts';
import type { callers } from './usage-app.suite.ts';

const at = (text: string): number => Date.parse(text);

const used = [
  { at: at('2026-11-19T23:30:00Z'), owner: 'ann', source: 'claude', model: 'opus', sessionId: 's1', input: 1 },
  { at: at('2026-11-20T10:00:00Z'), owner: 'bo', source: 'codex', model: 'gpt', project: '/a b', input: 2 },
];
const skipped = [{ source: 'claude', file: '/home/ann/x.jsonl', reason: 'malformed', count: 3 }];

let app: FastifyInstance;
beforeAll(async () => {
  app = await usageApp({ used, skipped, folders: ['/home/ann/.claude'], now: at('2026-11-20T12:00:00Z') });
});
afterAll(() => app.close());

const asked = async (path: string, caller: keyof typeof callers = 'owner') => {
  const answer = await app.inject({ url: `/api/usage/${path}`, headers: { 'x-test-caller': caller } });
  return { status: answer.statusCode, body: answer.json<UsageReport & ApiError>() };
};

describe('GET /api/usage', () => {
  it.each(usageReportKinds)('answers %s as it is described', async (kind) => {
    const { status, body } = await asked(`${kind}?breakdown=true`);
    expect(status).toBe(200);
    expect(usageReportSchemas[kind].parse(body)).toEqual(body);
    expect(body.totals).toMatchObject({ input: 3, responses: 2 });
  });

  it('has the days of the time zone, UTC unless another is asked for', async () => {
    const dates = async (query: string) =>
      (await asked(`daily${query}`)).body.rows.map((row) => ('date' in row ? row.date : ''));
    expect(await dates('')).toEqual(['2026-11-19', '2026-11-20']);
    expect(await dates('?tz=europe/berlin')).toEqual(['2026-11-20']);
  });

  it('is about what was asked for alone', async () => {
    const sum = async (query: string) => (await asked(`models?${query}`)).body.totals.input;
    expect(await sum('source=claude')).toBe(1);
    expect(await sum('model=gpt')).toBe(2);
    expect(await sum('project=%2Fa%20b')).toBe(2);
    expect(await sum('session=s1')).toBe(1);
    expect(await sum('since=2026-11-20')).toBe(2);
    expect(await sum('until=2026-11-19')).toBe(1);
    expect(await sum('since=2026-11-19&until=2026-11-20')).toBe(3);
  });

  it('tells a member of their own sessions, and nobody but the owner of files', async () => {
    const { body: owners } = await asked('daily');
    expect(owners).toMatchObject({ totals: { input: 3 }, skipped, lookedIn: ['/home/ann/.claude'] });
    for (const [caller, input] of [
      ['member', 2],
      ['viewer', 3],
    ] as const) {
      for (const kind of usageReportKinds) {
        const { body } = await asked(kind, caller);
        expect(body).toMatchObject({ totals: { input }, skipped: [] });
        expect(JSON.stringify(body)).not.toContain('/home/ann');
      }
    }
  });

  it.each([
    ['since=2026-02-30', ['since']],
    ['since=yesterday', ['since']],
    ['until=20261120', ['until']],
    ['since=2026-11-20&until=2026-11-19', ['until']],
    ['tz=Mars/Olympus', ['tz']],
    ['tz=%2B05:30', ['tz']],
    ['tz=', ['tz']],
    ['source=', ['source']],
    ['model=a&model=b', ['model']],
    ['breakdown=yes', ['breakdown']],
    ['owner=ann', ['owner']],
  ])('%s is refused with the path of what is wrong', async (query, paths) => {
    for (const kind of usageReportKinds) {
      const { status, body } = await asked(`${kind}?${query}`);
      expect([status, body.error, badPaths(body)]).toEqual([400, 'invalid_request', paths]);
    }
  });
});
