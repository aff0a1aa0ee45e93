import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { branchOf } from './git-branch.ts';
import { emptyFolder } from './stint.suite.ts';

describe('the branch around a directory', () => {
  const folder = emptyFolder();
  const repository = join(folder, 'work');
  const git = (...args: string[]): string => {
    const author = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com'];
    return execFileSync('git', ['-C', repository, ...author, ...args], { encoding: 'utf8' });
  };
  mkdirSync(join(repository, 'deep', 'er'), { recursive: true });
  git('init', '-q', '-b', 'feature/α');

  it('is found from anywhere inside, before the first commit too', () => {
    expect(branchOf(repository)).toBe('feature/α');
    expect(branchOf(join(repository, 'deep', 'er'))).toBe('feature/α');
    expect(branchOf(join(repository, 'not', 'there'))).toBe('feature/α');
  });

  it('is the commit where none is checked out', () => {
    git('commit', '-q', '--allow-empty', '-m', 'first');
    git('checkout', '-q', '--detach');
    expect(branchOf(repository)).toBe(git('rev-parse', '--short=7', 'HEAD').trim());
  });

  it('is a worktree’s own', () => {
    git('worktree', 'add', '-q', '-b', 'other', join(folder, 'tree'));
    expect(branchOf(join(folder, 'tree'))).toBe('other');
  });

  it('is none where there is no repository, or a broken one', () => {
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, '.git'), 'nothing of git’s');
    expect(branchOf(outside)).toBeUndefined();
    writeFileSync(join(outside, '.git'), 'gitdir: gone\n');
    expect(branchOf(outside)).toBeUndefined();
    expect(branchOf('/')).toBeUndefined();
  });
});
