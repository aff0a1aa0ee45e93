import { describe, expect, it } from 'vitest';
import { Author, sessionId } from '../../journal/author.suite.ts';
import type { ReplImage } from '../../journal/repl-images.ts';
import { openStore, tempFile } from './store-folder.suite.ts';

const engine = { id: 'e1', binary: 'b1', pointers: '{"stack":1}', image: new Uint8Array([1, 2, 3]) };
const image = (n: number, base: number | null = n > 0 ? n - 1 : null): ReplImage => ({
  n,
  engine: engine.id,
  frame: new Uint8Array([n]),
  ...(base !== null && { base }),
});

const open = async () => {
  const file = tempFile();
  const { store } = await openStore(file);
  await store.keepEngine(engine);
  const author = new Author(store);
  const start = (n: number, images: readonly ReplImage[], rest: object = {}) =>
    store.append({ ...author.beginning(sessionId(n), { kind: 'repl' }), images, ...rest });
  const chain = async (n: number, at: number) => {
    const found = await store.imageChain(sessionId(n), at);
    return found?.frames.map((frame) => frame[0]);
  };
  return { store, file, author, start, chain };
};

describe('images of a session', () => {
  it('come about from the last one that differs from the engine’s memory', async () => {
    const { start, chain, store } = await open();
    await start(1, [image(0), image(1), image(2, null), image(3), image(4, 0)]);
    expect(await chain(1, 1)).toEqual([0, 1]);
    expect(await chain(1, 3)).toEqual([2, 3]);
    expect(await chain(1, 4)).toEqual([0, 4]);
    expect(await chain(1, 5)).toBeUndefined();
    expect(await chain(2, 0)).toBeUndefined();
    expect((await store.imageChain(sessionId(1), 0))?.engine).toEqual(engine);
  });

  it('are a fork’s own, up to where it begins', async () => {
    const { start, chain, author } = await open();
    await start(1, [image(0), image(1), image(2)]);
    await start(2, [image(2, 0)], { forked: { session: sessionId(1), upTo: 1 } });
    expect(await chain(2, 1)).toEqual([0, 1]);
    expect(await chain(2, 2)).toEqual([0, 2]);
    await author.journal.remove(sessionId(1), 1);
    expect(await chain(1, 0)).toBeUndefined();
    expect(await chain(2, 1)).toEqual([0, 1]);
  });

  it('are there as far as their events are', async () => {
    const { store, start, author } = await open();
    await start(1, [image(0)]);
    const late = { ...author.beginning(sessionId(1)), expectedVersion: 5, images: [image(1)] };
    await expect(store.append(late)).rejects.toMatchObject({ kind: 'write_conflict' });
    expect(await store.imageChain(sessionId(1), 1)).toBeUndefined();
  });

  it('are there after a restart', async () => {
    const { store, file, start } = await open();
    await start(1, [image(0), image(1)]);
    await store.close();
    const { store: again } = await openStore(file);
    expect((await again.imageChain(sessionId(1), 1))?.frames).toHaveLength(2);
  });
});
