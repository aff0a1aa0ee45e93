/** The ledger over HTTP: from one server to another, and by other prices. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';

type PushedRow = Schemas['LedgerRow'];
type PushedSession = Schemas['LedgerSession'];

let team: Doorway;
beforeAll(async () => {
  team = await Doorway.open();
});
afterAll(() => team.close());

const minute = 60_000;
/** So long ago that nothing goes on. */
const then = Date.UTC(2026, 0, 5, 9);

const row = (over: Partial<PushedRow> = {}): PushedRow => ({
  source: 'claude',
  key: 'msg_1',
  request: 'req_1',
  sessionId: 's1',
  sidechain: false,
  model: 'claude-opus-4-5',
  project: '/home/ada/shop',
  beganAt: then,
  at: then,
  bornAt: then + 0.25,
  input: 3,
  output: 10,
  reasoning: 0,
  cacheRead: 100,
  cacheWrite5m: 5,
  cacheWrite1h: 7,
  confidence: 'exact',
  ...over,
});

const push = (
  to: Doorway,
  rows: readonly PushedRow[],
  options: { token?: string; sessions?: PushedSession[] } = {},
) => {
  const { token, sessions } = options;
  const body = { machine: 'laptop', rows: [...rows], ...(sessions && { sessions }) };
  return to.client(token).POST('/api/usage/push', { body }).then(unwrap);
};

type Page = Schemas['LedgerRows'];

/** All of the owner's ledger, page by page. */
const walk = async (of: Doorway, since?: number, limit = 7): Promise<Page[]> => {
  const pages: Page[] = [];
  for (let after: number | undefined = 0; after !== undefined; after = pages.at(-1)?.next) {
    const query = { after, limit, ...(since === undefined ? {} : { since }) };
    pages.push(unwrap(await of.client().GET('/api/usage/rows', { params: { query } })));
  }
  return pages;
};

/** What a command does that pushes; resolves to what is new `since` then. */
const pushAll = async (from: Doorway, to: Doorway, options: { since?: number; token?: string } = {}) => {
  const sums = { taken: 0, known: 0 };
  const pages = await walk(from, options.since);
  for (const { rows, sessions } of pages) {
    const { token } = options;
    const { taken, known } = await push(to, rows, { sessions, ...(token === undefined ? {} : { token }) });
    sums.taken += taken;
    sums.known += known;
  }
  return { ...sums, upTo: pages[0]!.upTo };
};

const reportOf = async (of: Doorway, kind: 'daily' | 'sessions' | 'models' | 'projects', token?: string) => {
  const query = { breakdown: 'true' as const };
  const report = unwrap(await of.client(token).GET(`/api/usage/${kind}`, { params: { query } }));
  return { rows: report.rows as unknown[], totals: report.totals };
};

const totalsOf = async (of: Doorway, token?: string) => (await reportOf(of, 'models', token)).totals;

const agentSessions = async (of: Doorway, token?: string) => {
  const query = { limit: 200 };
  const { sessions } = unwrap(await of.client(token).GET('/api/sessions', { params: { query } }));
  return sessions.filter(({ kind }) => kind === 'agent');
};

describe('a ledger that is pushed', () => {
  const keys = fc.constantFrom('m1', 'm2', 'm3', 'm4');
  const copies = fc.array(
    fc
      .record({
        key: keys,
        request: fc.constantFrom(undefined, 'r1', 'r2'),
        sessionId: fc.constantFrom('a', 'b', 'c'),
        source: fc.constantFrom('claude', 'codex'),
        sidechain: fc.boolean(),
        model: fc.constantFrom('claude-opus-4-5', 'in-house'),
        began: fc.nat(40),
        output: fc.nat(50),
        bornAt: fc.nat(3),
        confidence: fc.constantFrom('exact' as const, 'incomplete' as const),
      })
      .map(({ began, request, bornAt, ...over }): PushedRow => {
        const { request: _, ...usual } = row();
        const at = then + began * minute;
        return { ...usual, ...over, beganAt: at, at, bornAt: then + bornAt, ...(request && { request }) };
      }),
    { maxLength: 25 },
  );

  it('is the same there, and stays so however often it is pushed', { timeout: 120_000 }, async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(copies, copies, async (some, more) => {
        const { token } = await team.newUser(`ada ${++run}`);
        const machine = await Doorway.open();
        try {
          await push(machine, some);
          const { upTo } = await pushAll(machine, team, { token });
          expect(await totalsOf(team, token)).toEqual(await totalsOf(machine));
          expect(await pushAll(machine, team, { token })).toMatchObject({ taken: 0 });
          await push(machine, more);
          await pushAll(machine, team, { token, since: upTo });
          for (const kind of ['daily', 'sessions', 'models', 'projects'] as const)
            expect(await reportOf(team, kind, token)).toEqual(await reportOf(machine, kind));
          expect(await pushAll(machine, team, { token })).toMatchObject({ taken: 0 });
        } finally {
          await machine.close();
        }
      }),
      { numRuns: 8 },
    );
  });

  it('has sessions that look as they did at home, and say where that is', async () => {
    const { token, id } = await team.newUser('bo');
    const sessions = [
      {
        source: 'claude',
        sessionId: 'looks',
        name: 'Fix the login',
        directory: '/home/bo/shop',
        gitBranch: 'main',
        forkedFrom: 'older',
        startedAt: then - minute,
      },
    ];
    const rows = [
      row({ sessionId: 'looks' }),
      row({ sessionId: 'looks', key: 'msg_2', beganAt: then + minute, at: then + minute }),
    ];
    expect(await push(team, rows, { token, sessions })).toEqual({ taken: 2, known: 0 });
    const [session, ...others] = await agentSessions(team, token);
    expect(others).toEqual([]);
    expect(session).toMatchObject({
      kind: 'agent',
      owner: id,
      name: 'Fix the login',
      status: 'completed',
      startTime: then - minute,
      endTime: then + minute,
      tokensUsed: 50,
      cacheRead: 200,
      agent: {
        source: 'claude',
        sessionId: 'looks',
        directory: '/home/bo/shop',
        gitBranch: 'main',
        forkedFrom: 'older',
        machine: 'laptop',
      },
    });
    expect(Number(session?.costUsd)).toBeGreaterThan(0);
    expect(await push(team, rows, { token, sessions })).toEqual({ taken: 0, known: 2 });
    expect(await agentSessions(team, token)).toEqual([session]);
  });

  it('is one with what is known already, at the value of both together', async () => {
    const { token } = await team.newUser('cy');
    await push(team, [row({ output: 4, confidence: 'incomplete' })], { token });
    const grown = row({ sessionId: 'fork', output: 25, bornAt: then + 9 });
    expect(await push(team, [grown], { token })).toEqual({ taken: 1, known: 0 });
    expect(await totalsOf(team, token)).toMatchObject({ responses: 1, output: 25, incomplete: 0 });
    // The session that had it first.
    const [session, ...others] = await agentSessions(team, token);
    expect([session?.agent?.sessionId, session?.tokensUsed, others]).toEqual(['s1', 3 + 25 + 5 + 7, []]);
  });

  it('belongs to whom the token does', async () => {
    const [one, other] = [await team.newUser('di'), await team.newUser('ed')];
    await push(team, [row()], { token: one.token });
    await push(team, [row()], { token: other.token });
    for (const { token } of [one, other]) expect(await totalsOf(team, token)).toMatchObject({ responses: 1 });
    const viewer = await team.newUser('fy', { role: 'viewer' });
    const refused = team.request('POST', '/api/usage/push', { token: viewer.token, json: { machine: 'm', rows: [] } });
    expect((await refused).status).toBe(403);
  });

  it('is taken once under one key', async () => {
    const { token } = await team.newUser('gi');
    const headers = { 'idempotency-key': 'once' };
    const send = (rows: PushedRow[]) =>
      team.request('POST', '/api/usage/push', { token, headers, json: { machine: 'm', rows } });
    const first = await send([row()]);
    expect([first.status, first.body]).toEqual([200, { taken: 1, known: 0 }]);
    expect((await send([row()])).body).toEqual(first.body);
    expect((await send([])).status).toBe(422);
  });

  const hostile: [string, unknown, string[]][] = [
    ['a negative count', { rows: [row(), row({ key: 'x', input: -1 })] }, ['rows.1.input']],
    ['a huge count', { rows: [row({ output: 1e15 })] }, ['rows.0.output']],
    ['a broken count', { rows: [row({ cacheRead: 0.5 })] }, ['rows.0.cacheRead']],
    ['a count in words', { rows: [{ ...row(), input: '3' }] }, ['rows.0.input']],
    ['a time before all agents', { rows: [row({ at: 0, beganAt: 0 })] }, ['rows.0.beganAt', 'rows.0.at']],
    ['a time to come', { rows: [row({ at: 1_790_000_000_000 + 2 * 86_400_000 })] }, ['rows.0.at']],
    ['a time that is none', { rows: [row({ at: then + 0.5 })] }, ['rows.0.at']],
    ['a file from the end of days', { rows: [row({ bornAt: 1e300 })] }, ['rows.0.bornAt']],
    ['no key', { rows: [row({ key: '' })] }, ['rows.0.key']],
    ['a name with NUL', { rows: [row({ project: '/a\0b' })] }, ['rows.0.project']],
    ['a long name', { rows: [row({ model: 'm'.repeat(10_000) })] }, ['rows.0.model']],
    ['the API as an agent', { rows: [row({ source: 'api' })] }, ['rows.0.source']],
    ['another owner', { rows: [{ ...row(), owner: 'ada' }] }, ['rows.0.owner']],
    ['a cost of its own', { rows: [{ ...row(), costPico: 1 }] }, ['rows.0.costPico']],
    ['odd terms', { rows: [row({ billing: { costUsd: -1 } })] }, ['rows.0.billing.costUsd']],
    ['more rows than one may', { rows: Array.from({ length: 2001 }, () => ({})) }, ['rows']],
    ['no machine', { machine: '', rows: [] }, ['machine']],
    [
      'a session from the future',
      { rows: [], sessions: [{ source: 'claude', sessionId: 's', startedAt: 4e12 }] },
      ['sessions.0.startedAt'],
    ],
  ];

  it.each(hostile)('is refused with %s, and changes nothing', async (_, body, paths) => {
    const before = await totalsOf(team);
    const json = { machine: 'laptop', ...(body as object) };
    const { status, problem } = await team.request('POST', '/api/usage/push', { json });
    expect([status, problem.error]).toEqual([400, 'invalid_request']);
    expect(badPaths(problem)).toEqual(expect.arrayContaining(paths));
    expect(await totalsOf(team)).toEqual(before);
  });

  it('is refused with any number of fields, and any number of bytes', async () => {
    const before = await totalsOf(team);
    const fields = (count: number) =>
      `{"machine":"m","rows":[{${Array.from({ length: count }, (_, i) => `"${i.toString(36)}":0`).join()}}]}`;
    const headers = { 'content-type': 'application/json' };
    for (const [count, status] of [
      [80_000, 400],
      [1_000_000, 413],
    ] as const)
      expect((await team.request('POST', '/api/usage/push', { body: fields(count), headers })).status).toBe(status);
    expect(await totalsOf(team)).toEqual(before);
  });
});

describe('the rows of a ledger', () => {
  it('come in pages, each once, in an order that stays', async () => {
    const machine = await Doorway.open();
    try {
      const rows = Array.from({ length: 20 }, (_, i) =>
        row({ key: `k${i}`, at: then + i * minute, beganAt: then + i * minute }),
      );
      await push(machine, rows, { sessions: [{ source: 'claude', sessionId: 's1', name: 'All of it' }] });
      const pages = await walk(machine);
      expect(pages.map(({ rows: some }) => some.length)).toEqual([7, 7, 6]);
      expect(pages.flatMap(({ rows: some }) => some)).toEqual(rows);
      const facts = {
        source: 'claude',
        sessionId: 's1',
        name: 'All of it',
        directory: '/home/ada/shop',
        startedAt: then,
      };
      expect(pages.map(({ sessions }) => sessions)).toEqual(Array.from(pages, () => [facts]));
      const { upTo } = pages[0]!;
      await push(machine, [row({ ...rows[3]!, output: 11 }), row({ key: 'new' })]);
      const news = await walk(machine, upTo);
      expect(news.flatMap(({ rows: some }) => some.map(({ key }) => key))).toEqual(['k3', 'new']);
      expect((await walk(machine, news[0]!.upTo)).map(({ rows: some }) => some)).toEqual([[]]);
    } finally {
      await machine.close();
    }
  });

  it('leave out what was not told by a transcript, and what no server would take', async () => {
    const machine = await Doorway.open();
    try {
      const session = await machine.startSession();
      const params = { path: { id: session.id } };
      unwrap(
        await machine
          .client()
          .POST('/api/sessions/{id}/tokens', { params, body: { tokensUsed: 5, operation: 'o', model: 'm' } }),
      );
      // The clock was ahead, and is put right.
      await push(machine, [row({ key: 'late', at: 1_790_000_000_000 + 7200_000 }), row()]);
      const [page, ...more] = await walk(machine);
      expect(more).toEqual([]);
      expect([page!.rows.map(({ key }) => key), page!.leftOut]).toEqual([['msg_1'], 1]);
    } finally {
      await machine.close();
    }
  });
});

describe('other prices', () => {
  const own = (input: number) =>
    JSON.stringify({ models: { 'in-house': { input, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 } } });

  it('are told, and what has none', async () => {
    const machine = await Doorway.open();
    try {
      await push(machine, [
        row(),
        row({ key: 'b', model: 'in-house' }),
        row({ key: 'c', model: 'in-house', source: 'codex' }),
      ]);
      const file = join(machine.folder, 'prices.json');
      const told = unwrap(await machine.client().GET('/api/usage/prices'));
      expect(told).toEqual({
        version: expect.stringMatching(/^genai-prices-/) as string,
        overrides: {},
        unpriced: [{ model: 'in-house', sources: ['claude', 'codex'], unpriced: 2, responses: 2, tokens: 250 }],
        file,
      });
      writeFileSync(file, own(1_000_000));
      const repriced = unwrap(await machine.client().POST('/api/usage/reprice', {}));
      expect(repriced).toMatchObject({
        repriced: 3,
        changed: 2,
        unpriced: 0,
        models: [{ model: 'in-house', responses: 2, before: '0', after: '6' }],
      });
      expect(Number(repriced.costUsd.after) - Number(repriced.costUsd.before)).toBeCloseTo(6, 9);
      expect((await totalsOf(machine)).costUsd).toBe(repriced.costUsd.after);
      const now = unwrap(await machine.client().GET('/api/usage/prices'));
      expect(now).toEqual({
        ...told,
        version: repriced.version,
        overrides: JSON.parse(own(1_000_000)).models,
        unpriced: [],
      });
      // And what comes in now.
      await push(machine, [row({ key: 'd', model: 'in-house' })]);
      expect(unwrap(await machine.client().POST('/api/usage/reprice', {}))).toMatchObject({ repriced: 0, changed: 0 });
      const { token } = await machine.newUser('hal');
      const others = unwrap(await machine.client(token).GET('/api/usage/prices'));
      expect(others).toEqual({ version: now.version, overrides: now.overrides, unpriced: [] });
    } finally {
      await machine.close();
    }
  });

  it('that can’t be used are refused with file and field, and change nothing', async () => {
    const file = join(team.folder, 'prices.json');
    const before = unwrap(await team.client().GET('/api/usage/prices'));
    writeFileSync(file, '{"models": {"gpt-*": {"input": "1"}}}');
    const { status, problem } = await team.request('POST', '/api/usage/reprice');
    expect([status, problem.error]).toEqual([400, 'invalid_request']);
    expect(problem.message).toMatch(/^prices\.json: models\["gpt-\*"\]\.input: /);
    const { problem: told, ...now } = unwrap(await team.client().GET('/api/usage/prices'));
    expect([told, now]).toEqual([problem.message, before]);
  });

  it('are reckoned by from the next start on; those that can’t be used are logged and left out', async () => {
    const machine = await Doorway.open();
    try {
      const file = join(machine.folder, 'prices.json');
      await push(machine, [row({ model: 'in-house' })]);
      expect(await totalsOf(machine)).toMatchObject({ unpriced: 1 });
      const restart = async (text: string) => {
        await machine.stop();
        writeFileSync(file, text);
        await machine.start();
      };
      await restart(own(1_000_000));
      await expect.poll(() => totalsOf(machine)).toMatchObject({ unpriced: 0, costUsd: '3' });
      await expect.poll(() => machine.logs()).toContain('prices have changed: responses were priced anew');
      await restart('{"models": {"in-house": {"input": -1}}}');
      expect(machine.logs()).toMatch(
        /"level":50,[^\n]*own prices are left out: prices\.json: models\[\\"in-house\\"\]\.input: /,
      );
      // Who mends it finds all as it was.
      expect(await totalsOf(machine)).toMatchObject({ unpriced: 0, costUsd: '3' });
      await restart(own(500_000));
      await expect.poll(() => totalsOf(machine)).toMatchObject({ costUsd: '1.5' });
    } finally {
      await machine.close();
    }
  });
});
