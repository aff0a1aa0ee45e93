/** Windows and limits over HTTP, on the store's own rows of readings. What the windows say is tested with the ledger. */
import { DatabaseSync } from 'node:sqlite';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { afterEach, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import type { Caller } from '../../access/access.ts';
import type { Role } from '../../contract/access.ts';
import { usageWindowsSchema } from '../../contract/windows.ts';
import type { UsageWindowsView } from '../../contract/windows.ts';
import { readsOf } from '../../ledger/report/reads.suite.ts';
import type { Used } from '../../ledger/report/reads.suite.ts';
import type { ApiError } from '../../sdk/index.ts';
import { SqliteLimits } from '../../stores/sqlite/limits.ts';
import { limits as migration } from '../../stores/sqlite/migrations/limits.ts';
import { openStore } from '../../stores/sqlite/store-folder.suite.ts';
import { checkCall } from '../rights.ts';
import { onError } from './problems.ts';
import { windowsRoutes } from './windows-routes.ts';

const at = (text: string): number => Date.parse(`2026-11-${text}Z`);
const now = at('20T12:00:00');

const userOf = (id: string, role: Role): Caller => ({
  user: { id, name: id, role, createdAt: 0 },
  token: { id, user: id, name: '', kind: 'api', host: false, hash: '', createdAt: 0 },
});
const callers = { owner: userOf('ann', 'owner'), member: userOf('bo', 'member'), viewer: userOf('vi', 'viewer') };
type Who = keyof typeof callers;

let app: FastifyInstance;
let url: string;
afterEach(() => app.close());

const open = async (used: readonly Used[] = []): Promise<void> => {
  const { store, file } = await openStore();
  const db = new DatabaseSync(file);
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'limit_readings'").get() === undefined) db.exec(migration);
  db.close();
  const clock = { now: () => now };
  app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(onError);
  app.decorate('clock', clock as never);
  app.decorateRequest('caller', null);
  app.decorateRequest('fingerprint', '');
  app.addHook('onRequest', async (request) => {
    request.caller = callers[request.headers['x-test-caller'] as Who];
  });
  app.addHook('preHandler', async ({ caller, method }) => checkCall(caller!.user, 'usual', method));
  const users = { all: () => Object.values(callers).map(({ user }) => user) };
  const parts = { usage: readsOf(used), limits: new SqliteLimits(store), clock, users };
  await app.register(windowsRoutes(parts as never));
  url = await app.listen({ port: 0, host: '127.0.0.1' });
};

const ask = async (who: Who = 'owner') => {
  const answer = await fetch(`${url}/api/usage/windows`, { headers: { 'x-test-caller': who } });
  expect(answer.status).toBe(200);
  const body = (await answer.json()) as UsageWindowsView;
  expect(usageWindowsSchema.parse(body)).toEqual(body);
  return body;
};

const tell = async (limits: unknown, who: Who = 'owner') => {
  const headers = { 'x-test-caller': who, 'content-type': 'application/json' };
  const body = JSON.stringify({ limits });
  const answer = await fetch(`${url}/api/usage/limits`, { method: 'POST', headers, body });
  return { status: answer.status, body: (await answer.json()) as { taken: number } & ApiError };
};

const fiveHours = { source: 'claude', windowMinutes: 300, usedPercent: 37.5, resetsAt: '2026-11-20T14:00:00Z' };
const weekly = { source: 'claude', windowMinutes: 10_080, usedPercent: 8, resetsAt: '2026-11-25T00:00:00.000Z' };

describe('GET /api/usage/windows', () => {
  it('is empty where nothing is known', async () => {
    await open();
    expect(await ask()).toEqual({ now: '2026-11-20T12:00:00.000Z', windows: [] });
  });

  it('tells usage against what was reported, and how sure that is', async () => {
    await open([
      { at: at('20T11:00:00'), owner: 'ann', source: 'claude', input: 3000, cacheRead: 70, costPico: 1_500_000_000 },
      { at: at('20T11:30:00'), owner: 'ann', source: 'codex', input: 10, unpriced: 1 },
    ]);
    expect(await tell([fiveHours, weekly])).toMatchObject({ status: 200, body: { taken: 2 } });
    const { windows } = await ask();
    expect(
      windows.map(({ source, windowMinutes, basis, usedPercent }) => [source, windowMinutes, basis, usedPercent]),
    ).toEqual([
      ['claude', 300, 'official', 37.5],
      ['claude', 10_080, 'official', 8],
      ['codex', 300, 'estimated', undefined],
      ['codex', 10_080, 'estimated', undefined],
    ]);
    expect(windows[0]).toMatchObject({
      reading: { at: '2026-11-20T12:00:00.000Z', tokensSince: 0, costUsdSince: '0' },
      startsAt: '2026-11-20T09:00:00.000Z',
      resetsAt: '2026-11-20T14:00:00.000Z',
      tokens: 3000,
      cacheRead: 70,
      costUsd: '0.0015',
      measure: 'cost',
      limitUsd: '0.004',
      burn: { halfLifeMinutes: 15 },
    });
    expect(windows[0]?.projection?.usedPercent).toBeGreaterThan(37.5);
    expect(windows[2]).toMatchObject({ measure: 'tokens', tokens: 10, unpriced: 1 });
  });

  it('is of one’s own usage and limits; a viewer is shown the owner’s', async () => {
    await open([
      { at: at('20T11:00:00'), owner: 'ann', source: 'claude', input: 1 },
      { at: at('20T11:00:00'), owner: 'bo', source: 'gemini', input: 2 },
    ]);
    await tell([{ ...fiveHours, source: 'codex' }], 'member');
    const sources = async (who: Who) => new Set((await ask(who)).windows.map(({ source }) => source));
    expect(await sources('owner')).toEqual(new Set(['claude']));
    expect(await sources('viewer')).toEqual(new Set(['claude']));
    expect(await sources('member')).toEqual(new Set(['codex', 'gemini']));
  });
});

describe('POST /api/usage/limits', () => {
  it('is not for viewers', async () => {
    await open();
    expect(await tell([fiveHours], 'viewer')).toMatchObject({ status: 403, body: { error: 'forbidden' } });
    expect((await ask()).windows).toEqual([]);
  });

  it('takes what was so earlier', async () => {
    await open();
    await tell([{ ...fiveHours, at: '2026-11-20T11:58:00Z' }]);
    expect((await ask()).windows[0]?.reading?.at).toBe('2026-11-20T11:58:00.000Z');
  });

  it.each([
    ['nothing', [], 'limits'],
    ['a word', 'all', 'limits'],
    ['a source that is none', [{ ...fiveHours, source: '../x' }], 'limits.0.source'],
    ['a window without a length', [{ ...fiveHours, windowMinutes: 0 }], 'limits.0.windowMinutes'],
    ['less than nothing', [{ ...fiveHours, usedPercent: -1 }], 'limits.0.usedPercent'],
    ['more than can be', [{ ...fiveHours, usedPercent: 1e9 }], 'limits.0.usedPercent'],
    ['seconds for a time', [{ ...fiveHours, resetsAt: 1_790_000_000 }], 'limits.0.resetsAt'],
    ['an end too far off', [weekly, { ...fiveHours, resetsAt: '2026-11-20T17:06:00Z' }], 'limits.1.resetsAt'],
    ['the future', [{ ...fiveHours, at: '2026-11-20T12:06:00Z' }], 'limits.0.at'],
    ['what it does not know', [{ ...fiveHours, plan: 'max' }], 'limits.0.plan'],
    ['too many at once', Array.from({ length: 65 }, () => fiveHours), 'limits'],
  ])('refuses %s, and keeps none of it', async (_, limits, path) => {
    await open();
    const { status, body } = await tell(limits);
    expect([status, body.error, badPaths(body)]).toEqual([400, 'invalid_request', [path]]);
    expect((await ask()).windows).toEqual([]);
  });
});
