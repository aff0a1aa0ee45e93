import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from './following.suite.ts';
import { WatchedFolders } from './watched-folders.ts';

it('watches all folders from the roots to the files, and none above or beside', () => {
  const folders = new WatchedFolders().all(['/c/a', '/c/b'], ['/c/a/1/2/x.jsonl', '/c/a/1/y.jsonl', '/c/bb/z.jsonl']);
  expect([...folders].toSorted()).toEqual(['/c/a', '/c/a/1', '/c/a/1/2', '/c/b', '/c/bb']);
});

it('watches what has come, with what is in it, until it goes', async () => {
  const root = tempFolder();
  const folder = join(root, 'new');
  mkdirSync(join(folder, 'deeper'), { recursive: true });
  writeFileSync(join(folder, 'file'), '');
  const watched = new WatchedFolders();
  await watched.came([folder, join(folder, 'file'), join(root, 'none')]);
  expect([...watched.all([root], [])]).toEqual([root, folder, join(folder, 'deeper')]);
  rmSync(folder, { recursive: true });
  await watched.came([folder, join(folder, 'deeper')]);
  expect([...watched.all([root], [])]).toEqual([root]);
});

it('keeps the latest where very many have come', async () => {
  const root = tempFolder();
  const folders = Array.from({ length: 1100 }, (_, i) => join(root, String(i)));
  for (const folder of folders) mkdirSync(folder);
  const watched = new WatchedFolders();
  await watched.came(folders);
  expect([...watched.all([], [])]).toEqual(folders.slice(100));
});
