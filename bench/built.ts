import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratchFolder } from './scratch.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
let launcher: string | undefined;

/** What is published, built now and laid out as it is installed; returns the file that starts it. */
export const builtLauncher = (): string => (launcher ??= build());

const build = (): string => {
  const folder = join(scratchFolder(), 'package');
  mkdirSync(folder);
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const to = ['--project', join(root, 'tsconfig.build.json'), '--outDir', join(folder, 'dist')];
  execFileSync(tsc, to, { stdio: ['ignore', 'ignore', 'inherit'] });
  for (const name of ['bin', 'web', 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'bin', 'stint.mjs');
};
