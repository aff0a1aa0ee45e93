/** Reads of events of one type cost what they return: an index of their own serves each. */
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { Author, sessionId } from '../../journal/author.suite.ts';
import { newReads } from './read.ts';
import { openStore } from './store-folder.suite.ts';
import { migrations, perform } from './tables.ts';

class Noting extends DatabaseSync {
  readonly noted: string[] = [];

  override prepare(sql: string) {
    this.noted.push(sql);
    return super.prepare(sql);
  }
}

const plansOf = (db: Noting): string[] => {
  const last = db.noted.at(-1) ?? '';
  const params = Array.from({ length: last.split('?').length - 1 }, () => 1);
  return db
    .prepare(`EXPLAIN QUERY PLAN ${last}`)
    .all(...params)
    .map(({ detail }) => String(detail));
};

const a = sessionId(1);
const opened = (): Noting => {
  const db = new Noting(':memory:');
  for (const migration of migrations) perform(db, migration);
  db.exec(
    `INSERT INTO sessions (id, owner, kind, status, start_time, has_run, version, doc) VALUES ('${a}', '', '', '', 0, 0, 1, '{}')`,
  );
  return db;
};

it.each([
  ['checkpoint_reached', 'checkpoints_of_session'],
  ['commented', 'comments_of_session'],
  ['alert_raised', 'alerts_of_session'],
] as const)('%s of a session, from either end, by %s', (type, index) => {
  const db = opened();
  const reads = newReads(db);
  reads.read(a, { limit: 5, types: [type] });
  expect(plansOf(db).join()).toContain(index);
  reads.read(a, { limit: 5, types: [type], before: 9, latest: true });
  expect(plansOf(db).join()).toContain(index);
});

it.each([
  [['paused'], ['page', 'types']],
  [
    ['commented', 'alert_raised'],
    ['page', 'types'],
  ],
  [['commented'], ['types', 'page']],
  [
    ['tokens_recorded', 'clock_adjusted'],
    ['types', 'page'],
  ],
] as const)('events of %s keep no other read waiting where they have to be looked for', async (types, expected) => {
  const { store } = await openStore();
  await new Author(store).start(a);
  const order: string[] = [];
  await Promise.all([
    store.read(a, { limit: 5, types }).then(() => order.push('types')),
    store.read(a, { limit: 5 }).then(() => order.push('page')),
  ]);
  expect(order).toEqual(expected);
});

it('alerts of all sessions by position', () => {
  const db = opened();
  newReads(db).readAll({ after: 0, limit: 5, types: ['alert_raised'] });
  expect(plansOf(db).join()).toContain('USING INDEX alerts');
});
