import { describe, expect, it } from 'vitest';
import { readServerFile } from '../place.ts';
import { emptyFolder, stint, useServer } from './stint.suite.ts';
import { welcome } from './welcome.ts';

const screen = { isTerminal: true, columns: 80, rows: 24, colors: false };
const env = { XDG_DATA_HOME: '/home/bo/share', PATH: '' };
const said = (folder: string, more: Record<string, string> = {}): string =>
  welcome({ url: 'http://127.0.0.1:1', folder, newSignInLink: () => 'a link' }, screen, { ...env, ...more });

describe('what a server says that has started', () => {
  it('is one line where nobody sees it', () => {
    const words = welcome(
      { url: 'http://x', folder: '/f', newSignInLink: () => '' },
      { ...screen, isTerminal: false },
      env,
    );
    expect(words).toBe('stint is listening on http://x');
  });

  it('names no data folder where it is the usual one', () => {
    expect(said('/home/bo/share/stint')).not.toContain('--data');
    expect(said('/home/bo/share/stint')).toContain(
      'Start a session in that shell, with any command\n  stint run --for',
    );
  });

  it('names one that is not, also where this shell’s STINT_DATA leads to it', () => {
    for (const words of [said('/tmp/a b'), said('/tmp/a b', { STINT_DATA: '/tmp/a b' })]) {
      expect(words).toContain("another is: stint token link --data '/tmp/a b'\n");
      expect(words).toContain("\n  stint run --data '/tmp/a b' --for 5h --budget 200k -- claude\n");
    }
  });
});

describe('the commands that it names', () => {
  const { folder } = useServer();

  it('reach that very server from a shell that knows nothing of it', async () => {
    const words = said(folder);
    const typed = /another is: stint (.+)/.exec(words)?.[1]?.split(' ') ?? [];
    const { code, stdout } = await stint(typed, { env: { XDG_DATA_HOME: emptyFolder() } });
    expect([code, stdout]).toEqual([0, expect.stringContaining(`${readServerFile(folder)?.url}/sign-in#`)]);
    const [, run = ''] = /stint (run --data \S+ --for 5h --budget 200k) -- claude/.exec(words) ?? [];
    expect(await stint([...run.split(' '), '--', 'true'], { env: { XDG_DATA_HOME: emptyFolder() } })).toMatchObject({
      code: 0,
    });
    expect((await stint(['ls', '--data', folder])).stdout).toContain('true');
  });
});
