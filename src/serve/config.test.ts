import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { configSchema, configured, usualConfig } from './config.ts';

const folderWith = (config?: unknown): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  if (config !== undefined)
    writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return folder;
};
const optionsOf = (folder: string) => ({
  folder,
  host: '127.0.0.1',
  hostNames: [],
  behindProxy: false,
  token: undefined,
});
const read = (config?: unknown, said = {}) => configured(optionsOf(folderWith(config)), said);

describe('what a server is told', () => {
  it('is what is usual where nobody says anything', () => {
    expect(read()).toMatchObject({ port: 8082, logLevel: 'INFO' });
    expect(read()).not.toHaveProperty('sessionDir');
  });

  it('is in config.json of the data folder, and on the command line first', () => {
    const config = { port: 9000, maxCachedSessions: 3, saveIntervalMs: 1000, logLevel: 'warn', sessionDir: 'journals' };
    const folder = folderWith(config);
    expect(configured(optionsOf(folder), { port: 0, logLevel: undefined })).toMatchObject({
      port: 0,
      maxCachedSessions: 3,
      saveIntervalMs: 1000,
      logLevel: 'WARN',
      sessionDir: join(folder, 'journals'),
    });
    expect(read({ sessionDir: '~/journals' }).sessionDir).toBe(join(homedir(), 'journals'));
  });

  it('is in another file where one is named', () => {
    const file = join(folderWith({ maxCachedSessions: 7, sessionMemoryMiB: 128, sessionCpuMs: 100 }), 'config.json');
    expect(read({ maxCachedSessions: 3 }, { config: file })).toMatchObject({
      maxCachedSessions: 7,
      sessionMemoryMiB: 128,
      sessionCpuMs: 100,
    });
    expect(() => read(undefined, { config: '/nowhere/config.json' })).toThrow(/can't be read \(ENOENT\)/);
  });

  it('is in the guide with what is usual', () => {
    const guide = readFileSync(new URL('../../docs/repl.md', import.meta.url), 'utf8');
    const example = /```json\n(\{\n {2}"port"[^`]*)```/.exec(guide)?.[1] ?? '';
    const { sessionDir, ...usual } = JSON.parse(example) as Record<string, unknown>;
    expect(usual).toEqual(usualConfig);
    expect(read(example)).toMatchObject({
      port: 8082,
      sessionDir: expect.stringMatching(`/${String(sessionDir)}$`) as string,
    });
    const told = [...guide.matchAll(/^\| `(\w+)` \| `--/gm)].map(([, key]) => key);
    expect(told).toEqual(Object.keys(configSchema.shape));
  });

  it.each([
    [{ prot: 1 }, /config\.json: there is no prot; there is port, sessionDir, maxCachedSessions/],
    [{ port: 70_000 }, /config\.json: port: .*65535/],
    [{ maxCachedSessions: 0 }, /maxCachedSessions: /],
    [{ saveIntervalMs: 1.5 }, /saveIntervalMs: /],
    [{ logLevel: 'loud' }, /logLevel: .*"debug"/],
    [{ sessionDir: '' }, /sessionDir: /],
    ['[]', /all of it: /],
    ['{', /is no JSON; it looks like/],
  ])('is refused with what is wrong: %j', (config, message) => {
    expect(() => read(config)).toThrow(message);
  });
});
