/** What the store does when its file is not what it wrote (J6). */
import { describe, expect, it } from 'vitest';
import type { Recorded } from '../../contract/event.ts';
import { Author, commented, savedAt, sessionId } from '../../journal/author.suite.ts';
import { follow } from '../../journal/follow.ts';
import { absent } from '../../session/state.ts';
import { openStore, tamper } from './store-folder.suite.ts';

const [a, b] = [sessionId(1), sessionId(2)];

/** Session `a` with five events and `b` with two; the file's key of `a` is 1. */
const begin = async () => {
  const { store, file } = await openStore();
  const author = new Author(store);
  await author.start(a);
  await author.start(b);
  const events = await author.append(
    author.change(
      a,
      ['one', 'two', 'three', 'four'].map((text) => commented(text)),
    ),
  );
  await author.comment(b, 'fine');
  return { store, file, author, third: events[1] as Recorded };
};

const damagedAt = (position: number) =>
  expect.objectContaining({ kind: 'journal_damaged', details: { position } }) as unknown;

describe('a row of the journal that was changed', () => {
  const changes: [string, string][] = [
    ['a byte of data', `data = replace(data, 'two', 'twp')`],
    ['its type', `type = 'renamed'`],
    ['its time', 'at = at + 1'],
    ['its checksum', 'crc = crc + 1'],
    ['its data to something that is not JSON', `data = '{'`],
  ];

  it.each(changes)('is never served: %s', async (_, set) => {
    const { store, file, third } = await begin();
    tamper(file, `UPDATE events SET ${set} WHERE position = ?`, third.position);
    const damaged = damagedAt(third.position);
    for (const limit of [10, 5000]) {
      await expect(store.read(a, { limit })).rejects.toEqual(damaged);
      await expect(store.readAll({ after: 0, limit })).rejects.toEqual(damaged);
    }
    await expect(store.load(a)).rejects.toEqual(damaged);
    const { signal } = new AbortController();
    await expect(follow(store, a, { after: third.seq - 1, signal }).next()).rejects.toEqual(damaged);
  });

  it('that is another session’s now is not served as one of its own', async () => {
    const { store, file, third } = await begin();
    tamper(file, 'UPDATE events SET session = 2, seq = 2 WHERE position = ?', third.position);
    await expect(store.read(b, { limit: 10 })).rejects.toEqual(damagedAt(third.position));
    await expect(store.load(a)).rejects.toMatchObject({ kind: 'journal_damaged' });
  });

  it('leaves the rest to be read: other sessions, and the same one before and after', async () => {
    const { store, file, third } = await begin();
    tamper(file, `UPDATE events SET data = '{}' WHERE position = ?`, third.position);
    expect(await store.read(b, { limit: 10 })).toMatchObject([{ seq: 0 }, { seq: 1, data: { text: 'fine' } }]);
    expect(await store.load(b)).toMatchObject({ events: [{ seq: 0 }, { seq: 1 }] });
    expect(await store.read(a, { before: 2, limit: 10 })).toMatchObject([{ seq: 0 }, { seq: 1 }]);
    expect(await store.read(a, { after: 2, limit: 10 })).toMatchObject([{ seq: 3 }, { seq: 4 }]);
    expect(await store.readAll({ after: third.position, limit: 10 })).toHaveLength(3);
  });

  it('does not keep other sessions from being written', async () => {
    const { file, author, third } = await begin();
    tamper(file, `UPDATE events SET data = '{}' WHERE position = ?`, third.position);
    await expect(author.comment(b, 'goes on')).resolves.toHaveLength(1);
  });
});

describe('a row of the journal that is gone', () => {
  it.each([
    ['the first', 0],
    ['one between others', 2],
    ['the last', 4],
  ])('is missed when the session is loaded: %s', async (_, seq) => {
    const { store, file } = await begin();
    tamper(file, 'DELETE FROM events WHERE session = 1 AND seq = ?', seq);
    await expect(store.load(a)).rejects.toMatchObject({ kind: 'journal_damaged' });
    expect(await store.load(b)).toMatchObject({ events: [{ seq: 0 }, { seq: 1 }] });
  });

  it('is missed when it is all that there was', async () => {
    const { store, file } = await begin();
    tamper(file, 'DELETE FROM events WHERE session = 1');
    await expect(store.load(a)).rejects.toMatchObject({ kind: 'journal_damaged' });
  });
});

describe('a saved state that was changed', () => {
  const state = JSON.stringify(absent);
  const changes: [string, string][] = [
    ['a byte of it', `state = replace(state, 'absent', 'active')`],
    ['to something that is not JSON', `state = '{'`],
    ['its version', 'version = 2'],
    ['its shape', 'shape = 99'],
    ['its checksum', 'crc = 0'],
  ];

  it.each(changes)('is passed over, and the session folded from the journal: %s', async (_, set) => {
    const { store, file, author } = await begin();
    await author.comment(a, 'saved', { saved: savedAt(6) });
    await author.comment(a, 'after');
    expect(await store.load(a)).toMatchObject({ saved: { version: 6 }, events: [{ seq: 6 }] });
    tamper(file, `UPDATE saved_states SET ${set}`);
    const history = await store.load(a);
    expect(history?.saved).toBeUndefined();
    expect(history?.events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('of another session is not taken for its own', async () => {
    const { store, file, author } = await begin();
    await author.comment(a, 'saved', { saved: savedAt(6) });
    tamper(file, 'UPDATE saved_states SET session = 2');
    expect(await store.load(b)).toMatchObject({ events: [{ seq: 0 }, { seq: 1 }] });
    expect((await store.load(b))?.saved).toBeUndefined();
  });

  it('spares the loading of events before it, damaged or not', async () => {
    const { store, file, author, third } = await begin();
    await author.comment(a, 'saved', { saved: savedAt(6) });
    tamper(file, `UPDATE events SET data = '{}' WHERE position = ?`, third.position);
    expect(await store.load(a)).toEqual({ saved: savedAt(6), events: [] });
    expect(JSON.stringify((await store.load(a))?.saved?.state)).toBe(state);
  });
});
