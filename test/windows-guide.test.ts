/** The examples of docs/windows.md, run as they stand there, and its answers held against the contract. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bin, cleanEnvironment } from '../src/cli/stint.suite.ts';
import { windowsText } from '../src/cli/windows-words.ts';
import { limitReportsRequest, usageWindowsSchema } from '../src/contract/windows.ts';

const guide = readFileSync(join(import.meta.dirname, '..', 'docs', 'windows.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block);

const [settings = '', answer = ''] = blocks('json');
const [statusExample = '', reportExample = ''] = blocks('sh');
const [windowsShown = '', statusShown = ''] = blocks('text');

/** Runs a line of shell with `stint` on its PATH; resolves with what it prints. */
const shell = async (line: string, env: Record<string, string>, input = ''): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-windows-guide-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = (name: string, script: string): void =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  program('stint', `exec "${process.execPath}" "${bin}" "$@"`);
  program('mine', 'printf "mine: "; cat');
  const child = spawn('sh', ['-c', line], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: cleanEnvironment({
      STINT_DATA: join(folder, 'none'),
      ...env,
      PATH: folder + delimiter + (process.env['PATH'] ?? ''),
    }),
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return text(child.stdout);
};

/** A server, and the first thing that it is asked. */
const listen = async () => {
  const asked = Promise.withResolvers<[IncomingMessage, ServerResponse]>();
  const server = createServer((...both) => asked.resolve(both));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: asked.promise };
};

describe('the guide to windows', () => {
  it('shows what its example of a status line prints', async () => {
    expect(await shell(statusExample, {})).toBe(statusShown);
  });

  it('has settings that start it', async () => {
    const { statusLine } = JSON.parse(settings) as { statusLine: Record<string, string> };
    expect(statusLine['type']).toBe('command');
    const printed = await shell(
      statusLine['command'] ?? '',
      { NO_COLOR: '1' },
      '{"model":{"display_name":"Opus 4.5"}}',
    );
    expect(printed).toBe('Opus 4.5\n');
  });

  it('shows an answer of the contract, and its words', () => {
    const windows: unknown = JSON.parse(answer);
    expect(usageWindowsSchema.parse(windows)).toEqual(windows);
    const zone = process.env['TZ'];
    process.env['TZ'] = 'UTC';
    onTestFinished(() => {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    });
    const screen = { isTerminal: true, columns: 120, rows: 24, colors: false };
    expect(`${windowsText(screen, usageWindowsSchema.parse(windows) as never)}\n`).toBe(windowsShown);
  });

  it('tells limits beside another status line', async () => {
    const [, line = ''] = /`(bash -c '[^`]+')`/.exec(guide) ?? [];
    const { url, asked } = await listen();
    const status = '{"rate_limits":{"seven_day":{"used_percentage":8}}}';
    const printed = shell(line, { STINT_URL: url, STINT_TOKEN: 't' }, status);
    const [request, response] = await asked;
    const limits = [{ source: 'claude', windowMinutes: 10_080, usedPercent: 8 }];
    expect(await json(request)).toEqual({ limits });
    response.end('{"taken":1}');
    expect(await printed).toBe(`mine: ${status}`);
  });

  it('reports a limit that the contract takes', async () => {
    const { url, asked } = await listen();
    const done = shell(reportExample.replace('curl ', 'curl -s '), { STINT_URL: url, STINT_TOKEN: 't' });
    const [request, response] = await asked;
    const { method, url: path, headers } = request;
    expect([method, path, headers.authorization]).toEqual(['POST', '/api/usage/limits', 'Bearer t']);
    expect(headers['content-type']).toBe('application/json');
    expect(limitReportsRequest.parse(await json(request)).limits).toHaveLength(1);
    response.end('{"taken":1}');
    expect(await done).toBe('{"taken":1}');
  });
});
