import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tempFolder } from './following.suite.ts';
import { FolderWatch } from './folder-watch.ts';

/** What is told, one after the other. */
const begin = () => {
  const told: (string | undefined)[] = [];
  let onTold: () => void = () => undefined;
  const watch = new FolderWatch((file) => {
    told.push(file);
    onTold();
  });
  onTestFinished(() => watch.close());
  const tells = async (file: string | undefined) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    onTold = () => {
      if (told.includes(file)) resolve();
    };
    onTold();
    await promise;
    told.length = 0;
  };
  const folder = join(tempFolder(), 'folder');
  mkdirSync(folder);
  return { watch, tells, told, folder, file: join(folder, 'file') };
};

describe('a watch of folders', () => {
  it('tells which file was written to, and that something came or went', async () => {
    const { watch, tells, folder, file } = begin();
    watch.watch(new Set([folder]));
    writeFileSync(file, 'one');
    await tells(undefined);
    appendFileSync(file, 'two');
    await tells(file);
    rmSync(file);
    await tells(undefined);
  });

  it('goes on after a folder has made way for another one of its name', async () => {
    const { watch, tells, folder, file } = begin();
    watch.watch(new Set([folder]));
    rmSync(folder, { recursive: true });
    await tells(undefined);
    mkdirSync(folder);
    writeFileSync(file, 'one');
    watch.watch(new Set([folder]));
    appendFileSync(file, 'two');
    await tells(file);
  });

  it('takes on a folder when it is there, and lets go of those that are not named any more', async () => {
    const { watch, tells, told, folder, file } = begin();
    const later = join(folder, 'later');
    watch.watch(new Set([folder, later]));
    mkdirSync(later);
    await tells(undefined);
    watch.watch(new Set([later]));
    writeFileSync(file, 'one');
    writeFileSync(join(later, 'file'), 'one');
    await tells(join(later, 'file'));
    expect(told).not.toContain(file);
  });

  it('tells nothing after it was closed', async () => {
    const { watch, told, folder, file } = begin();
    watch.watch(new Set([folder]));
    const other = begin();
    other.watch.watch(new Set([folder]));
    watch.close();
    watch.watch(new Set([folder]));
    writeFileSync(file, 'one');
    await other.tells(file);
    expect(told).toEqual([]);
  });
});
