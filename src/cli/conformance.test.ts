import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { brokenProxy } from '../../test/conformance/broken-proxy.ts';
import type { Passing } from '../../test/conformance/broken-proxy.ts';
import { realServer, token } from '../../test/conformance/real-server.ts';
import { sessionId } from '../journal/author.suite.ts';
import { emptyFolder, stint } from './stint.suite.ts';

const env = { STINT_TOKEN: token };

describe('stint conformance timer', () => {
  let server: Awaited<ReturnType<typeof realServer>>;
  let url: string;

  beforeAll(async () => {
    server = await realServer();
    ({ url } = server);
  });

  afterAll(() => server.stop());

  it('lists what it checks, with the rules', async () => {
    const { code, stdout } = await stint(['conformance', 'timer', '--list', '--json', '--level', 'document']);
    expect(code).toBe(0);
    const checks = JSON.parse(stdout) as { id: string; level: string; rule: string }[];
    expect(checks).toContainEqual({
      id: 'counting.cumulative',
      group: 'counting',
      level: 'document',
      rule: 'cumulativeTotal is the running total',
    });
    expect(new Set(checks.map(({ level }) => level))).toEqual(new Set(['document']));
  });

  it('says how each check went, and ends with 0 when all are kept', async () => {
    const junit = join(emptyFolder(), 'junit.xml');
    const typed = ['conformance', 'timer', `${url}/`, '--only', 'idempotency', '--only', 'calls.get', '--junit', junit];
    const { code, stdout } = await stint(typed, { env });
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/13 passed, 0 failed · \d+\.\d s\n$/),
    });
    expect(stdout).toContain('\n  ✓ idempotency.tokens-races ');
    expect(readFileSync(junit, 'utf8').match(/<testcase /g)).toHaveLength(13);
  });

  it('answers in JSON', async () => {
    const { code, stdout } = await stint([
      'conformance',
      'timer',
      url,
      '--only',
      'calls.start',
      '--json',
      '--token',
      token,
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      url,
      level: 'all',
      passed: 1,
      failed: 0,
      skipped: 0,
      checks: [{ id: 'calls.start', verdict: 'passed' }],
    });
  });

  it('shows what a server says without letting it steer the terminal', async () => {
    const answer = (passing: Passing) => Object.assign(passing, { status: 500, body: '\u001b[2Jall is well' });
    const proxy = await brokenProxy(url, { answer });
    const { code, stdout } = await stint(['conformance', 'timer', proxy.url, '--only', 'calls.get'], { env });
    await proxy.stop();
    expect(code).toBe(1);
    expect(stdout).toContain('got 500 �[2Jall');
  });

  it('says so when all that was asked for is skipped, and does not end with 0', async () => {
    const { code, stdout } = await stint(['conformance', 'timer', url, '--only', 'access.viewer'], { env });
    expect(code).toBe(1);
    expect(stdout).toContain('no token of a viewer was given (--viewer-token)');
  });

  it('holds servers to the repl contract, too', async () => {
    const junit = join(emptyFolder(), 'junit.xml');
    const typed = ['conformance', 'repl', url, '--only', 'calls.execute', '--only', 'llm.key', '--junit', junit];
    const { code, stdout } = await stint(typed, { env });
    expect(code).toBe(0);
    expect(stdout).toContain('\n  ✓ calls.execute ');
    expect(stdout).toContain('no model server was given (--model-url)');
    expect(stdout).toMatch(/1 passed, 0 failed · 1 skipped · \d+\.\d s\n$/);
    expect(readFileSync(junit, 'utf8')).toContain('<testcase classname="repl.calls" name="calls.execute: ');
    const unknown = await stint(['conformance', 'repl', url, '--only', 'counting'], { env });
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('stint conformance repl --list') });
  });

  it.each([
    ['an address that is none', ['nowhere'], 2, 'is not a URL'],
    ['no address', [], 2, 'say where the server listens'],
    ['a check that is not there', ['http://127.0.0.1:1', '--only', 'cake'], 2, 'there is no check cake'],
    ['a server that is not there', ['http://127.0.0.1:1'], 3, 'nothing answers at http://127.0.0.1:1: ECONNREFUSED'],
  ])('refuses %s', async (_, typed, code, words) => {
    const said = await stint(['conformance', 'timer', ...typed], { env });
    expect({ ...said, stderr: said.stderr.replaceAll(/\s+/g, ' ') }).toMatchObject({
      code,
      stderr: expect.stringContaining(words),
    });
  });

  it('says when the token is not good', async () => {
    const said = await stint(['conformance', 'timer', url, '--token', 'another']);
    expect(said).toMatchObject({ code: 5, stderr: expect.stringContaining('the token is not one of its') });
  });
});

describe('a server that means harm', () => {
  const longAnswer = 17 * 1024 * 1024;
  const steering = '\u001b]0;mine\u0007\u001b[31m\u202e';
  let server: Server;
  let url: string;

  beforeEach(async () => {
    server = createServer((request, response) => {
      request.resume();
      const isLong = request.method === 'GET' && request.url?.endsWith('/projection') === true;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(isLong ? ' '.repeat(longAnswer) : JSON.stringify({ id: sessionId(1), status: steering }));
    });
    const sockets = new WebSocketServer({ server, path: '/ws' });
    sockets.on('connection', (socket) => socket.send(`no JSON ${steering}`));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['frames that are no JSON', 'socket.ping', 'no JSON'],
    ['steering characters', 'lifecycle', 'expected'],
    ['an answer without end', 'projection', 'more than 16777216 bytes'],
  ])('fails the checks with %s, and reaches no terminal', async (_, only, words) => {
    const { code, stdout } = await stint(['conformance', 'timer', url, '--only', only], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/, [1-9]\d* failed/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(words);
    for (const part of ['\u0007', '\u202e', '\u001b]']) expect(stdout).not.toContain(part);
  });
});
