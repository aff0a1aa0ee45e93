import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { LimitReading } from '../../contract/usage.ts';
import { SqliteLimits } from './limits.ts';
import { limits as migration } from './migrations/limits.ts';
import { openStore, tempFile } from './store-folder.suite.ts';

const minute = 60_000;
const end = 1_790_000_040_000;

const reading = (usedPercent: number, at: number, more: Partial<LimitReading> = {}): LimitReading => ({
  source: 'claude',
  windowMinutes: 300,
  usedPercent,
  resetsAt: end,
  at,
  ...more,
});

const shown = ({ usedPercent, at, toldAt }: { usedPercent: number; at: number; toldAt: number }) =>
  `${usedPercent} ${at}-${toldAt}`;

const open = async () => {
  const { store, file } = await openStore();
  const db = new DatabaseSync(file);
  const exists = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'limit_readings'").get();
  if (exists === undefined) db.exec(migration);
  db.close();
  const limits = new SqliteLimits(store);
  return { store, limits, all: async (owner = 'ada') => (await limits.history(owner, 0)).map(shown) };
};

describe('readings of limits', () => {
  it('come back as they were taken, by time, each user’s own', async () => {
    const { limits, all } = await open();
    const { resetsAt: _, ...endless } = reading(7.5, 3000, { source: 'codex', windowMinutes: 10_080 });
    await limits.take('ada', [reading(12.25, 5000), endless]);
    await limits.take('bo', [reading(99, 6000)]);
    expect(await limits.history('ada', 0)).toEqual([
      { ...endless, toldAt: 3000 },
      { ...reading(12.25, 5000), toldAt: 5000 },
    ]);
    expect(await all('bo')).toEqual(['99 6000-6000']);
    expect((await limits.history('ada', 4000)).map(shown)).toEqual(['12.25 5000-5000']);
  });

  it('are kept once when they are told again, from the first time to the last', async () => {
    const { limits, all } = await open();
    await limits.take('ada', [reading(20, 5 * minute), reading(20, 2 * minute), reading(20, 3 * minute)]);
    expect(await all()).toEqual([`20 ${2 * minute}-${5 * minute}`]);
    await limits.take('ada', [reading(20, 9 * minute)]);
    await limits.take('ada', [reading(20, minute)]);
    expect(await all()).toEqual([`20 ${minute}-${9 * minute}`]);
    // Agents that count seconds until the end come to one that is a little off.
    await limits.take('ada', [reading(20, 20 * minute, { resetsAt: end + 900 })]);
    expect(await all()).toEqual([`20 ${minute}-${20 * minute}`]);
  });

  it('are others when they tell more, or of another window', async () => {
    const { limits, all } = await open();
    const others = [{ resetsAt: end + 5 * minute }, { windowMinutes: 10_080 }, { source: 'codex' }];
    await limits.take('ada', [reading(20, 1), reading(20.5, 1), ...others.map((more) => reading(20, 1, more))]);
    expect(await all()).toHaveLength(5);
  });

  it('that are told again at once are no commit', async () => {
    const { store, limits, all } = await open();
    await limits.take('ada', [reading(20, 5 * minute)]);
    const ran: number[] = [];
    const run = store.run.bind(store);
    store.run = async (statements) => {
      ran.push(statements.length);
      return run(statements);
    };
    await limits.take('ada', [reading(20, 5 * minute + 59_999)]);
    expect(ran).toEqual([]);
    await limits.take('ada', [reading(20, 6 * minute)]);
    expect(ran).toEqual([1]);
    expect(await all()).toEqual([`20 ${5 * minute}-${6 * minute}`]);
  });

  it('may be thousands at once', async () => {
    const { limits, all } = await open();
    await limits.take(
      'ada',
      Array.from({ length: 1234 }, (_, i) => reading(i / 100, i)),
    );
    expect(await all()).toHaveLength(1234);
  });

  it('tell the latest of each window', async () => {
    const { limits } = await open();
    const weekly = reading(3, 4000, { windowMinutes: 10_080 });
    await limits.take('ada', [reading(20, 5000), reading(30, 2000), weekly, reading(1, 1, { source: 'codex' })]);
    const latest = await limits.latest('ada');
    expect(latest.map(({ source, usedPercent }) => `${source} ${usedPercent}`)).toEqual([
      'claude 20',
      'claude 3',
      'codex 1',
    ]);
  });

  it('are thinned: of windows long ended the highest stays', async () => {
    const { limits, all } = await open();
    const { resetsAt: _, ...endless } = reading(50, 10);
    await limits.take('ada', [reading(20, 10), reading(40, 20), reading(30, 30), endless]);
    await limits.take('ada', [
      reading(60, 900, { resetsAt: end + 10 * minute }),
      reading(70, 2000, { resetsAt: end + 10 * minute }),
    ]);
    await limits.take('bo', [reading(10, 10)]);
    await limits.thin(10);
    expect(await all()).toHaveLength(6);
    await limits.thin(1000);
    expect(await all()).toEqual(['40 20-20', '70 2000-2000']);
    expect(await all('bo')).toEqual(['10 10-10']);
  });

  it('survive the store', async () => {
    const file = tempFile();
    const first = await openStore(file);
    const db = new DatabaseSync(file);
    if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'limit_readings'").get() === undefined) db.exec(migration);
    db.close();
    await new SqliteLimits(first.store).take('ada', [reading(20, 1)]);
    await first.store.close();
    const { store } = await openStore(file);
    expect(await new SqliteLimits(store).history('ada', 0)).toHaveLength(1);
  });
});
