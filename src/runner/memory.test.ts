/** What the runner keeps in memory of sessions, and how it reads and lets go of them. */
import { describe, expect, it } from 'vitest';
import { sessionId } from '../journal/author.suite.ts';
import type { TestedJournal } from '../journal/author.suite.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { stateShape } from '../session/state.ts';
import type { Existing } from '../session/state.ts';
import {
  a,
  b,
  complete,
  done,
  HeldJournal,
  isSettled,
  newRunner,
  pause,
  rename,
  settleAll,
  start,
  typesOf,
} from './runner.suite.ts';

const renameTimes = async (journal: TestedJournal, times: number) => {
  const runner = newRunner(journal);
  for (let n = 0; n < times; n++) {
    const version = (await runner.state(a))?.facts.version;
    await runner.execute(a, [rename(`number ${version}`)], done);
  }
};

/** Writes a session anew with a saved state of somebody else's making. */
const withSaved = async (change: (state: Existing) => Existing, shape: number) => {
  const journal = new HeldJournal();
  const runner = newRunner(journal);
  await runner.execute(a, [start()], done);
  await runner.execute(a, [rename('from the journal')], done);
  const state = (await runner.state(a))!;
  const summary = journal.get(a)!;
  const saved = { version: 2, shape, state: change(state) };
  const paused = { type: 'paused', at: state.facts.startTime, data: { reason: 'request' } } as const;
  await journal.append({ session: a, expectedVersion: 2, events: [paused], summary, counts: [], activity: [], saved });
  return { journal, runner: newRunner(journal) };
};

describe('a saved state', () => {
  const savedVersion = async (journal: TestedJournal) => (await journal.load(a))?.saved?.version;

  it('is written every 128 events', async () => {
    const journal = new MemoryJournal();
    await newRunner(journal).execute(a, [start()], done);
    await renameTimes(journal, 126);
    expect(await savedVersion(journal)).toBeUndefined();
    await renameTimes(journal, 1);
    expect(await savedVersion(journal)).toBe(128);
    await renameTimes(journal, 127);
    expect(await savedVersion(journal)).toBe(128);
    await renameTimes(journal, 1);
    expect(await savedVersion(journal)).toBe(256);
  });

  it('is written when several events at once lead past the mark', async () => {
    const journal = new MemoryJournal();
    const runner = newRunner(journal);
    await runner.execute(a, [start()], done);
    await runner.execute(
      a,
      Array.from({ length: 200 }, (_, n) => rename(`${n}`)),
      done,
    );
    expect(await savedVersion(journal)).toBe(201);
    expect(await journal.load(a)).toMatchObject({ saved: { shape: stateShape }, events: [] });
  });

  it('and the tail after it make the session', async () => {
    const journal = new MemoryJournal();
    const runner = newRunner(journal);
    await runner.execute(a, [start()], done);
    await renameTimes(journal, 140);
    const again = newRunner(journal);
    expect(await again.state(a)).toMatchObject({ status: 'active', facts: { name: 'number 140', version: 141 } });
    await again.execute(a, [pause], done);
    expect(await again.state(a)).toMatchObject({ status: 'paused', facts: { version: 142 } });
  });

  it('is taken as it is, so that opening a session costs the tail', async () => {
    const change = (state: Existing) => ({ ...state, facts: { ...state.facts, name: 'from the saved state' } });
    const { runner } = await withSaved(change, stateShape);
    expect(await runner.state(a)).toMatchObject({
      status: 'paused',
      facts: { name: 'from the saved state', version: 3 },
    });
  });

  it('of another shape is passed over, and the session folded from its beginning', async () => {
    const { runner } = await withSaved(() => ({ shape: 'of old' }) as never, stateShape + 1);
    expect(await runner.state(a)).toMatchObject({ status: 'paused', facts: { name: 'from the journal', version: 3 } });
    await runner.execute(a, [complete], done);
  });
});

describe('a session whose events do not fit together', () => {
  it('is set aside, and others are not', async () => {
    const journal = new HeldJournal();
    const runner = newRunner(journal);
    for (const id of [a, b]) await runner.execute(id, [start()], done);
    const summary = journal.get(a)!;
    const again = { type: 'resumed', at: summary.startTime, data: { reason: 'request' } } as const;
    await journal.append({ session: a, expectedVersion: 1, events: [again], summary, counts: [], activity: [] });
    const fresh = newRunner(journal);
    await expect(fresh.state(a)).rejects.toMatchObject({ kind: 'journal_damaged' });
    await expect(fresh.execute(a, [rename('x')], done)).rejects.toMatchObject({ kind: 'journal_damaged' });
    await fresh.execute(b, [rename('x')], done);
  });
});

describe('many sessions', () => {
  const many = Array.from({ length: 4500 }, (_, n) => sessionId(n));

  it('are let go of, and read again when they are asked for', async () => {
    const journal = new HeldJournal();
    const runner = newRunner(journal);
    for (const id of many) await runner.execute(id, [start()], done);
    journal.loads = 0;
    for (const id of many) expect(await runner.state(id)).toMatchObject({ status: 'active' });
    expect(journal.loads).toBeGreaterThan(400);
    for (const id of many) await runner.execute(id, [complete], done);
    for (const id of many) expect(await runner.state(id)).toMatchObject({ status: 'completed' });
  });

  it('are kept while something of them is being committed', async () => {
    const journal = new HeldJournal();
    const runner = newRunner(journal);
    const release = journal.hold();
    const started = many.map((id) => runner.execute(id, [start()], done));
    await settleAll();
    journal.loads = 0;
    const renamed = many.map((id) => runner.execute(id, [rename('x')], done));
    release();
    await Promise.all([...started, ...renamed]);
    expect(journal.loads).toBe(0);
  });
});

describe('removing a session', () => {
  const begin = async () => {
    const journal = new HeldJournal();
    const runner = newRunner(journal);
    await runner.execute(a, [start()], done);
    return { journal, runner };
  };

  it('is refused while it is open, and where there is none', async () => {
    const { journal, runner } = await begin();
    await expect(runner.remove(a)).rejects.toMatchObject({ kind: 'session_not_finished' });
    await runner.execute(a, [pause], done);
    await expect(runner.remove(a)).rejects.toMatchObject({ kind: 'session_not_finished' });
    await expect(runner.remove(b)).rejects.toMatchObject({ kind: 'session_not_found' });
    expect(await typesOf(journal)).toEqual(['started', 'paused']);
  });

  it('leaves nothing of it', async () => {
    const { journal, runner } = await begin();
    await runner.execute(a, [complete], done);
    await runner.remove(a);
    expect(await runner.state(a)).toBeUndefined();
    expect(await typesOf(journal)).toEqual([]);
    await expect(runner.remove(a)).rejects.toMatchObject({ kind: 'session_not_found' });
    await expect(runner.execute(a, [rename('x')], done)).rejects.toMatchObject({ kind: 'session_not_found' });
  });

  it('waits for what is being committed', async () => {
    const { journal, runner } = await begin();
    const release = journal.hold();
    const completed = runner.execute(a, [complete], done);
    const commented = runner.execute(a, [{ type: 'comment', author: 'ada', text: 'bye' }], done);
    const removed = runner.remove(a);
    expect(await isSettled(removed)).toBe(false);
    release();
    await Promise.all([completed, commented, removed]);
    expect(await runner.state(a)).toBeUndefined();
  });

  it('leaves nothing of it in memory either, when someone asked for it meanwhile', async () => {
    const { journal, runner } = await begin();
    await runner.execute(a, [complete], done);
    const release = journal.hold();
    const removed = runner.remove(a);
    await settleAll();
    expect(await runner.state(a)).toMatchObject({ status: 'completed' });
    release();
    await removed;
    expect(await runner.state(a)).toBeUndefined();
  });
});

describe('a runner that stops', () => {
  it('takes no more commands and waits for those under way', async () => {
    const journal = new HeldJournal();
    const runner = newRunner(journal);
    await runner.execute(a, [start()], done);
    const release = journal.hold();
    const renamed = runner.execute(a, [rename('the last')], done);
    const drained = runner.drain();
    await expect(runner.execute(a, [complete], done)).rejects.toMatchObject({ kind: 'server_stopping', retry: true });
    expect(await isSettled(drained)).toBe(false);
    release();
    await drained;
    expect(await isSettled(renamed)).toBe(true);
    expect(await typesOf(journal)).toEqual(['started', 'renamed']);
  });

  it('waits for those too whose session is only being opened', async () => {
    const journal = new HeldJournal();
    await newRunner(journal).execute(a, [start()], done);
    const runner = newRunner(journal);
    const release = journal.hold();
    const renamed = runner.execute(a, [rename('the last')], done);
    const drained = runner.drain();
    expect(await isSettled(drained)).toBe(false);
    release();
    await drained;
    expect(await isSettled(renamed)).toBe(true);
    await renamed;
  });
});
