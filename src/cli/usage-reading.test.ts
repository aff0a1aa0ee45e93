/** What commands say while what agents left is still being read. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { usageApp } from '../faces/http/usage-app.suite.ts';
import type { Schemas } from '../sdk/index.ts';
import { emptyFolder, stint } from './stint.suite.ts';
import { hasTmux, Pane } from './tmux.suite.ts';
import { readingWords } from './usage-reading.ts';

type Status = Schemas['UsageStatus'];

const at = (files: number): Status => ({
  state: files < 600 ? 'reading' : 'current',
  sources: files < 600 ? [{ source: 'claude', files, of: 600, bytes: files * 1000, ofBytes: 600_000 }] : [],
});

const folder = emptyFolder();
let app: FastifyInstance | undefined;
afterEach(() => app?.close());

/** A server that has read 150 files more each time that it is asked. */
const serve = async (from: number) => {
  const asked: number[] = [];
  const reading = () => {
    asked.push(Math.max(0, from + asked.length * 150));
    return at(asked.at(-1)!);
  };
  app = await usageApp({ used: [], skipped: [], folders: [], now: Date.now(), reading });
  app.get('/api/sessions', () => ({ sessions: [], total: 0, limit: 20, offset: 0 }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return { asked, env: { STINT_URL: url, STINT_TOKEN: 'x'.repeat(40), STINT_DATA: folder } };
};

const said = 'stint: reading what agents left: claude 450 of 600 files, 75 %; this is not all yet\n';

describe('while what agents left is read', () => {
  it.each([[['usage']], [['usage', 'models', '--json']], [['ls']]])('stint %j says so on stderr', async (args) => {
    const { env } = await serve(450);
    expect(await stint(args, { env })).toMatchObject({ code: 0, stderr: said });
  });

  it('stint usage --wait waits, and says nothing of it in a pipe', async () => {
    const { asked, env } = await serve(150);
    expect(await stint(['usage', '--wait'], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(asked).toEqual([150, 300, 450, 600]);
  });

  it('stint usage says nothing when it is done', async () => {
    const { env } = await serve(600);
    expect(await stint(['usage'], { env })).toMatchObject({ code: 0, stderr: '' });
  });

  it.skipIf(!hasTmux)('stint usage --wait shows a bar in a terminal, which goes (needs tmux)', async () => {
    const { env } = await serve(-1500);
    const pane = await Pane.open();
    for (const [name, value] of Object.entries(env)) pane.enter(`export ${name}=${value}`);
    pane.enter('clear; stint usage --wait');
    await pane.wrote(/█+[▏▎▍▌▋▊▉]?░* claude \d+ of 600 files, \d+ %/);
    expect(await pane.shows(/No agent’s usage was found/)).not.toContain('600');
  });
});

describe('the words', () => {
  const of = (source: string, files: number, bytes: number) => ({ source, files, of: 10, bytes, ofBytes: 1000 });

  it('have all agents, and the share of the bytes', () =>
    expect(readingWords({ state: 'reading', sources: [of('claude', 5, 900), of('codex', 1, 320)] })).toBe(
      'claude 5 of 10 files, codex 1 of 10 files, 61 %',
    ));

  it('are none where nothing is to be read', () => {
    for (const state of ['reading', 'current', 'off'] as const)
      expect(readingWords({ state, sources: [] })).toBeUndefined();
    expect(readingWords({ state: 'reading', sources: [{ ...of('x', 0, 0), ofBytes: 0 }] })).toBe(
      'x 0 of 10 files, 0 %',
    );
  });
});
