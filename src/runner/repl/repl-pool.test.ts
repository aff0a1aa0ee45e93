import { describe, expect, it } from 'vitest';
import type { ISessionInstance } from '../../contract/session-server.ts';
import { ReplPool } from './repl-pool.ts';

class Instance implements ISessionInstance {
  readonly name: string;
  isBusy = false;
  isChanged = false;

  constructor(name: string) {
    this.name = name;
  }

  execute = () => Promise.resolve({ output: '', shouldExit: false });
  getState = () => ({ stateId: 's0', seq: -1, language: 'javascript', engine: '', size: 0, bindings: [] });
  getMetadata = () => {
    const [created, lastAccessed] = [new Date(0), new Date(0)];
    return { id: '', name: this.name, created, lastAccessed, eventCount: 0, checkpointCount: 0, size: 0 };
  };
  isDirty = () => this.isChanged;
  markClean = () => {
    this.isChanged = false;
  };
  getLastAccessTime = () => 0;
  getChangesSinceLastSave = () => [];
  updateSavePoint = () => {};
}

const given = (most: number, ...names: string[]) => {
  const left: string[] = [];
  const pool = new ReplPool<Instance>({ most, isBusy: ({ isBusy }) => isBusy, left: (name) => left.push(name) });
  for (const name of names) pool.add(name, new Instance(name));
  return { pool, left, names: () => pool.getAll().map(({ name }) => name) };
};

describe('a pool', () => {
  it('lets the least recently used go when there are too many', () => {
    const { pool, left, names } = given(2, 'a', 'b');
    pool.get('a');
    pool.add('c', new Instance('c'));
    expect([left, names(), pool.size()]).toEqual([['b'], ['a', 'c'], 2]);
    pool.peek('a');
    pool.add('d', new Instance('d'));
    expect(names()).toEqual(['c', 'd']);
    expect(pool.get('a')).toBeUndefined();
  });

  it('keeps who is busy, and one too many meanwhile', () => {
    const { pool, left } = given(1, 'a');
    pool.get('a')!.isBusy = true;
    pool.add('b', new Instance('b'));
    expect([left, pool.size()]).toEqual([[], 2]);
    pool.get('a')!.isBusy = false;
    pool.trim();
    expect([left, pool.size()]).toEqual([['b'], 1]);
  });

  it('knows who is dirty, and what they are called', () => {
    const { pool } = given(3, 'a', 'b');
    pool.get('b')!.isChanged = true;
    expect(pool.getDirty().map(({ name }) => name)).toEqual(['b']);
    pool.get('b')!.markClean();
    expect(pool.getDirty()).toEqual([]);
    expect(pool.getAllMetadata().map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('is told who leaves, one or all', () => {
    const { pool, left } = given(3, 'a', 'b', 'c');
    expect([pool.remove('b'), pool.remove('b')]).toEqual([true, false]);
    pool.clear();
    expect([left, pool.size()]).toEqual([['b', 'a', 'c'], 0]);
  });
});
