/** The real command, as Claude Code starts it: JSON on stdin, a line on stdout. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bin, cleanEnvironment, emptyFolder } from './stint.suite.ts';

const inMinutes = (minutes: number): number => Math.floor(Date.now() / 60_000 + minutes) * 60;
const status = {
  model: { display_name: 'Opus 4.5' },
  workspace: { current_dir: '/nowhere/here' },
  context_window: { used_percentage: 42 },
  rate_limits: {
    five_hour: { used_percentage: 30.5, resets_at: inMinutes(90) },
    seven_day: { used_percentage: 8, resets_at: inMinutes(5000) },
  },
};

const folder = emptyFolder();

interface Running {
  stdout: Promise<string>;
  stderr: Promise<string>;
  printed: Promise<unknown>;
  code: Promise<number>;
}

const start = (input: string | Uint8Array, env: Record<string, string> = {}, ...args: string[]): Running => {
  const child = spawn(process.execPath, [bin, 'statusline', ...args], {
    stdio: 'pipe',
    env: cleanEnvironment({ STINT_DATA: join(folder, 'none'), ...env }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return {
    stdout: text(child.stdout),
    stderr: text(child.stderr),
    printed: once(child.stdout, 'data'),
    code: once(child, 'exit').then(([code]) => code as number),
  };
};

const run = async (...started: Parameters<typeof start>) => {
  const { stdout, stderr, code } = start(...started);
  return { code: await code, stdout: await stdout, stderr: await stderr };
};

/** What a server is asked; it answers as it is told to. */
const listen = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> => {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('stint statusline', () => {
  it('prints two lines in colour, and starts no server', async () => {
    const { code, stdout, stderr } = await run(JSON.stringify(status), { TERM: 'xterm' });
    expect([code, stderr]).toEqual([0, '']);
    const [first, second, ...rest] = stdout.split('\n');
    expect(first).toContain('\u001b[1mOpus 4.5\u001b[22m · \u001b[36mhere\u001b[39m · \u001b[32mcontext 42 %');
    expect(second).toMatch(/5h.*30 %.*week.*8 %/);
    expect(rest).toEqual(['']);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('keeps to the width and the colours that it is told of', async () => {
    const { stdout } = await run(JSON.stringify(status), { COLUMNS: '20', NO_COLOR: '1' });
    expect(stdout).toBe('Opus 4.5\n5h 30 % · week 8 %\n');
  });

  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['half of it', JSON.stringify(status).slice(0, 50)],
    ['no object', '[1]'],
    ['an object of nothing', '{}'],
    ['bytes', new Uint8Array([0xff, 0, 0xfe])],
    ['far too much', `{"model":"${'x'.repeat(5_000_000)}"}`],
  ])('says a plain word for %s', async (_, input) => {
    expect(await run(input)).toEqual({ code: 0, stdout: 'stint\n', stderr: '' });
  });

  it('tells the server the limits, after it has printed', async () => {
    const asked = Promise.withResolvers<{ request: IncomingMessage; response: ServerResponse }>();
    const url = await listen((request, response) => asked.resolve({ request, response }));
    const { printed, code, stderr } = start(JSON.stringify(status), { STINT_URL: url, STINT_TOKEN: 't' });
    const { request, response } = await asked.promise;
    const { method, url: path, headers } = request;
    expect([method, path, headers.authorization]).toEqual(['POST', '/api/usage/limits', 'Bearer t']);
    expect(await json(request)).toEqual({
      limits: [
        { source: 'claude', windowMinutes: 300, usedPercent: 30.5, resetsAt: isoOf('five_hour') },
        { source: 'claude', windowMinutes: 10_080, usedPercent: 8, resetsAt: isoOf('seven_day') },
      ],
    });
    await printed;
    // It still waits for the answer, which did not come before the words.
    expect(response.destroyed).toBe(false);
    response.setHeader('content-type', 'application/json').end('{"taken":2}');
    expect([await code, await stderr]).toEqual([0, '']);
  });

  it('tells the server nothing when it is only tried', async () => {
    let requests = 0;
    const url = await listen((_, response) => {
      requests++;
      response.end();
    });
    const env = { STINT_URL: url, STINT_TOKEN: 't', NO_COLOR: '1' };
    const { code, stdout, stderr } = await run(JSON.stringify(status), env, '--dry-run');
    expect([code, stderr, requests]).toEqual([0, '', 0]);
    expect(stdout).toMatch(/^Opus 4\.5 · here[^]*30 %/);
  });

  const isoOf = (name: keyof typeof status.rate_limits): string =>
    new Date(status.rate_limits[name].resets_at * 1000).toISOString();

  it.each([
    ['is not there', async () => 'http://127.0.0.1:1'],
    ['never answers', () => listen(() => {})],
    ['refuses', () => listen((_, response) => void response.writeHead(403).end('{"error":"forbidden"}'))],
    ['answers nonsense', () => listen((_, response) => void response.end('<html>'))],
    ['is no address', async () => 'nowhere'],
  ])('does not mind a server that %s', async (_, server) => {
    const { code, stdout, stderr } = await run(JSON.stringify(status), { STINT_URL: await server(), STINT_TOKEN: 't' });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Opus 4.5');
  });

  it('tells a script what it understood', async () => {
    const { code, stdout } = await run(JSON.stringify(status), {}, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: 'Opus 4.5', limits: [{ windowMinutes: 300 }, {}] });
  });
});
