import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { databaseOf, newFolder } from '../../test/faults/data-folder.ts';
import { rebuildReadModels } from './rebuild.ts';

it('a folder without data is refused, and gets none', () => {
  const folder = newFolder();
  expect(() => rebuildReadModels(folder, () => undefined)).toThrow(`there is no data in ${folder}`);
  expect(existsSync(databaseOf(folder))).toBe(false);
});
