import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The branch that is checked out around a directory, without asking git: starting it takes longer than all the rest. */

const shortCommit = 7;
/** Deeper than any path is. */
const mostParents = 256;

/** Of a detached head the beginning of the commit; undefined outside a repository. */
export const branchOf = (directory: string): string | undefined => {
  const folder = gitFolder(directory);
  const head = folder === undefined ? undefined : read(join(folder, 'HEAD'))?.trim();
  if (head === undefined) return undefined;
  const [, branch] = /^ref: refs\/heads\/(.+)$/.exec(head) ?? [];
  return branch ?? (/^[0-9a-f]{40,64}$/.test(head) ? head.slice(0, shortCommit) : undefined);
};

const gitFolder = (directory: string): string | undefined => {
  let at = resolve(directory);
  for (let i = 0; i < mostParents; i++) {
    const found = gitFolderIn(at);
    if (found !== undefined || dirname(at) === at) return found;
    at = dirname(at);
  }
  return undefined;
};

/** Worktrees and submodules have a file that tells where theirs is. */
const gitFolderIn = (directory: string): string | undefined => {
  const path = join(directory, '.git');
  try {
    if (statSync(path).isDirectory()) return path;
  } catch {
    return undefined;
  }
  const [, told] = /^gitdir: (.+)$/m.exec(read(path) ?? '') ?? [];
  return told === undefined ? undefined : resolve(directory, told.trim());
};

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
