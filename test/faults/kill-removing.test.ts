import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { databaseOf, newFolder } from './data-folder.ts';
import { contentsOf, expectWhole } from './journal-audit.ts';
import { record, recordSeries, startSession } from './operations.ts';
import { ServerProcess } from './server-process.ts';

const kills = 5;
const sessionsARound = 24;
const oldReceipts = 20_000;
const dayMs = 86_400_000;

it(`keeps all or nothing of a session that is removed, through ${kills} kills`, { timeout: 120_000 }, async () => {
  const folder = newFolder();
  let server = await ServerProcess.start(folder);
  const kept = await startSession(server.client());
  const names: string[] = [];
  /** Sessions that were there when their removal was asked for, and those whose removal was acknowledged. */
  const asked = new Set<string>();
  const removed = new Set<string>();

  for (let round = 0; round < kills; round++) {
    const ended = await endedSessions(server.client(), sessionsARound);
    const enough = Promise.withResolvers<void>();
    const removing = ended.map(async (id) => {
      asked.add(id);
      if (!(await isRemoved(server.client(), id))) return;
      removed.add(id);
      if (removed.size % sessionsARound >= (round * 5) % sessionsARound) enough.resolve();
    });
    const writing = recordSeries(server.client(), kept, `round-${round}`, 1000).catch(() => undefined);
    await Promise.race([enough.promise, Promise.all(removing)]);
    await server.killHard();
    await Promise.all([...removing, writing]);

    const contents = await contentsOf(folder);
    expectWhole(contents);
    const there = new Set(contents.sessions.map((row) => String(row['id'])));
    expect([...removed].filter((id) => there.has(id))).toEqual([]);
    for (const id of asked) if (!there.has(id)) asked.delete(id);
    server = await ServerProcess.start(folder);
    names.push(`marker-${round}`);
    await record(server.client(), kept, `marker-${round}`);
  }

  for (const id of asked) expect(await isRemoved(server.client(), id)).toBe(true);
  const { usage } = unwrap(await server.client().GET('/api/sessions/{id}/tokens', { params: { path: { id: kept } } }));
  expect(usage.map(({ operation }) => operation)).toEqual(expect.arrayContaining(names));
  expect(unwrap(await server.client().GET('/api/sessions')).total).toBe(1);
});

it('forgets old receipts, and no young one, also when it is killed while it does', { timeout: 60_000 }, async () => {
  const folder = newFolder();
  const first = await ServerProcess.start(folder);
  const id = await startSession(first.client());
  const answer = await record(first.client(), id, 'young');
  await first.terminate();
  addOldReceipts(folder);

  for (let round = 0; round < 3; round++) {
    const killed = await ServerProcess.start(folder);
    await killed.killHard();
  }
  const last = await ServerProcess.start(folder);
  expect(await record(last.client(), id, 'young')).toEqual(answer);
  await expect.poll(() => receiptsIn(folder), { timeout: 15_000 }).toBe(1);
  expect(await last.terminate()).toEqual({ code: 0, signal: null });
  expectWhole(await contentsOf(folder));
});

const endedSessions = async (client: StintClient, count: number): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const id = await startSession(client);
      await recordSeries(client, id, id, 3);
      unwrap(await client.PATCH('/api/sessions/{id}', { params: { path: { id } }, body: { status: 'completed' } }));
      return id;
    }),
  );

/** False when the server is gone before it says so. */
const isRemoved = async (client: StintClient, id: string): Promise<boolean> => {
  try {
    const { response } = await client.DELETE('/api/sessions/{id}', { params: { path: { id } } });
    return response.status === 204;
  } catch {
    return false;
  }
};

const addOldReceipts = (folder: string): void => {
  const db = new DatabaseSync(databaseOf(folder));
  const insert = db.prepare("INSERT INTO receipts VALUES ('somebody', 'POST /old', ?, '', 201, ?, ?)");
  db.exec('BEGIN');
  for (let n = 0; n < oldReceipts; n++) insert.run(`key-${n}`, '{}'.padEnd(500), Date.now() - 2 * dayMs);
  db.exec('COMMIT');
  db.close();
};

const receiptsIn = (folder: string): number => {
  const db = new DatabaseSync(databaseOf(folder), { readOnly: true, timeout: 5000 });
  try {
    const [row] = db.prepare("SELECT count(*) AS n FROM receipts WHERE key = 'young' OR caller = 'somebody'").all();
    return Number(row?.['n']);
  } finally {
    db.close();
  }
};
