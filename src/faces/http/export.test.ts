/** Exports over HTTP: what stands in the file, in both formats, and what a caller who may not see all gets. */
import { stringify } from 'csv-stringify/sync';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badPaths } from '../../../test/doorways/answers.ts';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas, Session } from '../../sdk/index.ts';
import { tamper } from '../../stores/sqlite/store-folder.suite.ts';

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
});
afterAll(() => doorway.close());

type Export = Schemas['Export'];

const add = async ({ id }: Session, body: Partial<Schemas['RecordTokens']> = {}, token?: string) =>
  unwrap(
    await doorway.client(token).POST('/api/sessions/{id}/tokens', {
      params: { path: { id } },
      body: { tokensUsed: 1, operation: 'work', ...body },
    }),
  ).usage;

const reach = async ({ id }: Session, phase: string, metadata?: Record<string, unknown>) =>
  unwrap(
    await doorway.client().POST('/api/sessions/{id}/checkpoints', {
      params: { path: { id } },
      body: { phase, promptCount: 3, ...(metadata ? { metadata } : {}) },
    }),
  );

const fetched = (query: string, token?: string) =>
  doorway.request('GET', `/api/analytics/export${query}`, token === undefined ? {} : { token });

const json = async (query = '', token?: string): Promise<Export> => (await fetched(query, token)).body as Export;

/** Cells by RFC 4180, written here on its own: the file is read as a spreadsheet reads it. */
const cellsOf = (text: string): string[][] => {
  const records: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  while (cell.lastIndex < text.length) {
    const [, quoted, bare = '', end] = cell.exec(text) ?? [];
    if (end === undefined) throw new Error(`no cell at ${cell.lastIndex}`);
    records.at(-1)?.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === '\r\n') records.push([]);
  }
  return records.slice(0, -1);
};

const recordsOf = (text: string): Record<string, string>[] => {
  const [columns = [], ...rows] = cellsOf(text);
  return rows.map((row) => {
    expect(row).toHaveLength(columns.length);
    return Object.fromEntries(row.flatMap((value, i) => (value === '' ? [] : [[columns[i] ?? '', value]])));
  });
};

const csv = async (query: string): Promise<Record<string, string>[]> =>
  recordsOf(String((await fetched(`?format=csv${query}`)).body));

describe('the reader of these tests', () => {
  it('reads what the library writes', () => {
    const rows = [
      ['a', 'b,"c"\r\nd'],
      ['', 'e\nf'],
    ];
    expect(cellsOf(stringify(rows, { record_delimiter: 'windows', quoted: true }))).toEqual(rows);
  });
});

describe('GET /api/analytics/export', () => {
  it('is empty where there is nothing', async () => {
    expect(await json()).toEqual({ sessions: [], tokenUsage: [], checkpoints: [] });
    expect(await csv('')).toEqual([]);
    expect(String((await fetched('?format=csv&table=checkpoints')).body)).toBe(
      'id,sessionId,phase,promptCount,tokensUsed,timestamp,metadata\r\n',
    );
  });

  it('has all sessions, usage and checkpoints as the other routes tell them, newest session first', async () => {
    const one = await doorway.startSession({ name: 'one', tokenBudget: 1000 });
    doorway.time.pass(1000);
    const two = await doorway.startSession();
    const usage = [await add(two, { costUsd: '0.0033', model: 'm' }), await add(one), await add(one, { cacheRead: 7 })];
    const point = await reach(one, 'plan', { pr: 12, 'a,"b"': ['\r\n'] });
    doorway.time.pass(1000);
    const { sessions, tokenUsage, checkpoints } = await json('?format=json');
    const { sessions: listed } = unwrap(await doorway.client().GET('/api/sessions'));
    expect(sessions).toEqual(listed);
    expect(tokenUsage).toEqual(usage);
    expect(checkpoints).toEqual([point]);
  });

  it('comes as a file to keep, with its date', async () => {
    for (const [query, type, name] of [
      ['', 'application/json; charset=utf-8', 'stint-export-2026-09-21.json'],
      ['?format=csv', 'text/csv; charset=utf-8; header=present', 'stint-export-2026-09-21.csv'],
      ['?format=csv&table=sessions', 'text/csv; charset=utf-8; header=present', 'stint-sessions-2026-09-21.csv'],
    ] as const) {
      const { headers } = await fetched(query);
      expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual([
        type,
        `attachment; filename="${name}"`,
      ]);
      expect((await doorway.request('HEAD', `/api/analytics/export${query}`)).headers.get('content-type')).toBe(type);
    }
  });

  it('has the same in CSV: all in one, each line with its table, or one table alone', async () => {
    const { sessions, tokenUsage, checkpoints } = await json();
    const text = (row: object) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [
          key,
          typeof value === 'object' ? JSON.stringify(value) : `${value}`,
        ]),
      );
    const tables = { sessions, tokenUsage, checkpoints };
    const all = await csv('');
    for (const [table, rows] of Object.entries(tables)) {
      expect(rows.length).toBeGreaterThan(0);
      expect(all.filter((record) => record['table'] === table)).toEqual(rows.map((row) => ({ table, ...text(row) })));
      expect(await csv(`&table=${table}`)).toEqual(rows.map(text));
    }
    expect(all).toHaveLength(sessions.length + tokenUsage.length + checkpoints.length);
  });

  it('has no text that a spreadsheet would run, and leaves numbers as they are', async () => {
    const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', '＋1', '－1', '＠1', '="a","b"'];
    const session = await doorway.startSession({ name: '=cmd|calc' });
    for (const operation of formulas) await add(session, { operation });
    await reach(session, '=1', { x: '=1' });
    const records = await csv(`&sessions=${session.id}`);
    expect(records[0]).toMatchObject({ name: "'=cmd|calc", startTime: `${session.startTime}` });
    expect(records.flatMap(({ operation }) => operation ?? [])).toEqual(formulas.map((text) => `'${text}`));
    expect(records.at(-1)).toMatchObject({ phase: "'=1", promptCount: '3', metadata: '{"x":"=1"}' });
    // In JSON a text is a text.
    expect((await json(`?sessions=${session.id}`)).tokenUsage.map(({ operation }) => operation)).toEqual(formulas);
  });

  it('is narrowed to sessions', async () => {
    const session = await doorway.startSession();
    await add(session);
    const found = await json(`?sessions=${session.id}`);
    expect([found.sessions.length, found.tokenUsage.length]).toEqual([1, 1]);
    const { status } = await fetched('?sessions=019a8f5e-7c1b-7000-8000-3b5f00000000');
    expect(status).toBe(404);
  });

  it('goes page after page through many sessions and many rows', async () => {
    const many = await Promise.all(Array.from({ length: 120 }, () => doorway.startSession({ name: 'many' })));
    const [first] = many as [Session];
    await Promise.all(Array.from({ length: 450 }, () => add(first)));
    for (let n = 0; n < 17; n++) await reach(first, `${n}`);
    const { sessions, tokenUsage, checkpoints } = await json();
    expect(sessions.filter(({ name }) => name === 'many').map(({ id }) => id)).toEqual(
      many.map(({ id }) => id).toSorted((a, b) => (a < b ? 1 : -1)),
    );
    const own = tokenUsage.filter(({ sessionId }) => sessionId === first.id);
    expect(own.map(({ cumulativeTotal }) => cumulativeTotal)).toEqual(Array.from({ length: 450 }, (_, i) => i + 1));
    expect(checkpoints.filter(({ sessionId }) => sessionId === first.id)).toHaveLength(17);
  });

  it.each([
    ['?format=xml', ['format']],
    ['?table=sessions', ['table']],
    ['?format=csv&table=users', ['table']],
    ['?sessions=x', ['sessions.0']],
    ['?from=1', ['from']],
  ])('%s is refused with the path of what is wrong', async (query, paths) => {
    const { status, problem } = await fetched(query);
    expect([status, badPaths(problem)]).toEqual([400, paths]);
  });
});

describe('what a member is told', () => {
  it('is of their own sessions; another’s is one that does not exist', async () => {
    const { id: bo, token } = await doorway.newUser('bo');
    const { token: viewer } = await doorway.newUser('vi', { role: 'viewer' });
    const own = await doorway.startSession({}, token);
    const other = await doorway.startSession();
    await add(own, { tokensUsed: 11 }, token);
    await add(other, { tokensUsed: 22 });
    doorway.time.pass(1000);
    const usage = async (query: string, as: string) =>
      (await doorway.request('GET', `/api/analytics/usage?period=hour${query}`, { token: as }))
        .body as Schemas['UsageAnalytics'];
    expect(await usage('', token)).toMatchObject({ totalTokens: 11, totalSessions: 1 });
    expect(await usage(`&sessions=${own.id}`, token)).toMatchObject({ totalTokens: 11 });
    expect((await usage('', viewer)).totalTokens).toBe((await usage('', ownerToken)).totalTokens);
    const found = await json('', token);
    expect(found.sessions.map(({ owner }) => owner)).toEqual([bo]);
    expect(found.tokenUsage.map(({ tokensUsed }) => tokensUsed)).toEqual([11]);
    expect((await json('', viewer)).sessions.length).toBe((await json()).sessions.length);
    for (const path of ['usage?period=hour&', 'export?']) {
      const { status, problem } = await doorway.request('GET', `/api/analytics/${path}sessions=${own.id},${other.id}`, {
        token,
      });
      expect([status, problem.error]).toEqual([404, 'session_not_found']);
    }
  });
});

describe('a damaged session', () => {
  it('is named in the file; one table alone breaks off', async () => {
    const damaged = await Doorway.open();
    try {
      const [bad, short, fine] = [
        await damaged.startSession(),
        await damaged.startSession(),
        await damaged.startSession(),
      ];
      const post = async ({ id }: Session, operation: string) =>
        damaged.request('POST', `/api/sessions/${id}/tokens`, { json: { tokensUsed: 1, operation } });
      for (const session of [bad, short, fine]) for (const text of ['first', 'second']) await post(session, text);
      const file = join(damaged.folder, 'stint.db');
      const ofSession = 'session = (SELECT key FROM sessions WHERE id = ?)';
      tamper(file, `UPDATE events SET data = replace(data, 'second', 'secund') WHERE ${ofSession}`, bad.id);
      tamper(file, `DELETE FROM events WHERE seq = 2 AND ${ofSession}`, short.id);
      const { body } = await damaged.request('GET', '/api/analytics/export');
      const told = body as Export;
      expect(told.sessions).toHaveLength(3);
      expect(told.tokenUsage.filter(({ sessionId }) => sessionId === fine.id)).toHaveLength(2);
      expect(told.damaged?.map(({ sessionId }) => sessionId).toSorted()).toEqual([bad.id, short.id].toSorted());
      const inCsv = recordsOf(String((await damaged.request('GET', '/api/analytics/export?format=csv')).body));
      expect(inCsv.filter(({ table }) => table === 'damaged').map(({ sessionId }) => sessionId)).toEqual(
        told.damaged?.map(({ sessionId }) => sessionId),
      );
      await expect(damaged.request('GET', '/api/analytics/export?format=csv&table=tokenUsage')).rejects.toThrow(
        /terminated|fetch failed/,
      );
      expect((await damaged.request('GET', `/api/analytics/export?sessions=${fine.id}`)).body).not.toHaveProperty(
        'damaged',
      );
    } finally {
      await damaged.close();
    }
  });
});
