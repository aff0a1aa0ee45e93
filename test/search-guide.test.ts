/** The examples of docs/search.md, run as they stand there against a real server that has read what an agent left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnvironment, clientOn, emptyFolder, startServer, useFolder } from '../src/cli/stint.suite.ts';
import { foundTextsSchema } from '../src/contract/search.ts';
import { readOwnerToken, readServerFile } from '../src/place.ts';
import { unwrap } from '../src/sdk/index.ts';

const guide = readFileSync(join(import.meta.dirname, '..', 'docs', 'search.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block);

const [simple = '', narrowed = '', asked = ''] = blocks('sh');
const [shownSimple = '', shownNarrowed = ''] = blocks('text');
const [answer = ''] = blocks('json');

const folder = useFolder();
const home = emptyFolder();
const programs = emptyFolder();

const minuteMs = 60_000;
const threeDaysAgo = Date.now() - 3 * 1440 * minuteMs - minuteMs;
const prompt = 'The session cookie is lost when the cart is opened';
const {
  texts: [told],
} = foundTextsSchema.parse(JSON.parse(answer));

/** A session of Claude Code's in which the guide's words are said. */
const transcript = (): string => {
  const common = { sessionId: told?.agentSession, cwd: '/home/ada/shop' };
  const usage = { input_tokens: 3, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  const reply = {
    id: 'msg_1',
    role: 'assistant',
    model: 'claude-sonnet-4-5-20250929',
    content: [{ type: 'text', text: told?.snippet }],
    usage,
  };
  const at = (ms: number) => new Date(threeDaysAgo + ms).toISOString();
  const lines = [
    { ...common, type: 'user', uuid: 'u1', timestamp: at(0), message: { role: 'user', content: prompt } },
    { ...common, type: 'assistant', uuid: 'u2', requestId: 'r1', timestamp: at(30_000), message: reply },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
};

beforeAll(async () => {
  const project = join(home, '.claude', 'projects', '-home-ada-shop');
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, `${told?.agentSession}.jsonl`), transcript());
  writeFileSync(join(programs, 'stint'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`, { mode: 0o755 });
  await startServer(folder, { HOME: home });
});

/** Runs lines of shell with `stint` on the PATH. */
const shell = async (line: string): Promise<{ code: number; stdout: string }> => {
  const child = spawn('sh', ['-c', line.replace('curl ', 'curl -s ')], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: cleanEnvironment({
      STINT_DATA: folder,
      STINT_URL: readServerFile(folder)?.url,
      STINT_TOKEN: readOwnerToken(folder),
      PATH: programs + delimiter + (process.env['PATH'] ?? ''),
    }),
  });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number]>]);
  return { code, stdout };
};

/** The end of the session's id is the guide's own. */
const asInGuide = (shown: string): string => shown.replaceAll(/· [0-9a-f]{8}$/gm, '· 1b2c3d4e');

const indexState = async () =>
  unwrap(await clientOn(folder).GET('/api/search', { params: { query: { q: 'cookie' } } })).index.state;

describe('the guide to the search', () => {
  it('is about what was indexed', async () => {
    await expect.poll(indexState).toBe('ready');
  });

  it.each([
    [simple, shownSimple],
    [narrowed, shownNarrowed],
  ])('%s', async (line, shown) => {
    const { code, stdout } = await shell(line);
    expect([code, asInGuide(stdout)]).toEqual([0, shown]);
  });

  it.each(
    [...guide.matchAll(/^\| `(stint search [^`]+)` \|/gm)]
      .map(([, line = '']): [string] => [line])
      .filter(([line]) => !/serve\.ts|エラー/.test(line)),
  )('%s finds something', async (line) => expect((await shell(line)).code).toBe(0));

  it('tells what it ends with', async () => {
    expect(await shell('stint search nothing of the kind')).toEqual({ code: 1, stdout: '' });
    expect((await shell('stint search "?"')).code).toBe(2);
    expect((await shell('stint search cookie -- -cart')).code).toBe(0);
    expect(JSON.parse((await shell('stint search nothing --json')).stdout)).toMatchObject({ texts: [], total: 0 });
  });

  it('shows an answer of the API', async () => {
    const { stdout } = await shell(asked);
    const found = foundTextsSchema.parse(JSON.parse(stdout));
    expect(found.texts).toHaveLength(1);
    const { session, at } = found.texts[0] ?? {};
    expect(found).toEqual({
      ...(JSON.parse(answer) as object),
      texts: [{ ...told, session, at }],
    });
  });
});
