import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import { databaseOf, newFolder } from './data-folder.ts';
import { RawConnection } from './raw-connection.ts';
import { ServerProcess, token } from './server-process.ts';

/** What a forger sends in the hope that it becomes a line of the log, and a terminal that shows it obeys. */
const forged = 'canary-forged\n{"level":60,"msg":"all is lost"}\r\n\u001b[2J\u001b]0;owned\u0007\u2028';
const secretsOf = (place: string) => ({
  token: `canary-token-${place}-0123456789abcdef`,
  ticket: `canary-ticket-${place}`,
  code: `canary-code-${place}`,
  key: `canary-key-${place}`,
  body: `canary-body-${place}`,
});

/** What no answer tells: of the machine, of the program, of the database. */
const insides = (folder: string): RegExp[] => [
  new RegExp(folder),
  /\/(src|dist|node_modules)\//,
  /\n? {4}at \w/,
  /\b(SELECT|INSERT|UPDATE) /,
  /sqlite|no such (table|column)|\bstint\.db\b/i,
];

interface Heard {
  status: number;
  text: string;
}

it(
  'tells no secrets and no insides, in answers or logs, and nothing forges a line of them',
  { timeout: 60_000 },
  async () => {
    const folder = newFolder();
    const server = await ServerProcess.start(folder, { args: ['--log-level', 'DEBUG'] });
    const client = server.client();
    const { id } = unwrap(await client.POST('/api/sessions', { body: { duration: 60_000, name: forged } }));
    const heard: Heard[] = [];
    const ask = async (
      method: string,
      path: string,
      more: { headers?: Record<string, string>; json?: unknown } = {},
    ) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(more.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...more.headers,
      };
      const body = more.json === undefined ? {} : { body: JSON.stringify(more.json) };
      const response = await fetch(server.url + path, { method, headers, ...body });
      heard.push({ status: response.status, text: await response.text() });
      return response.status;
    };

    const refused = secretsOf('refused');
    await ask('GET', '/api/sessions', { headers: { authorization: `Bearer ${refused.token}` } });
    await ask('GET', `/ws?ticket=${refused.ticket}`);
    await ask('POST', '/api/sign-in', { json: { code: refused.code } });
    await ask('GET', `/canary-path-refused%0a%1b[2J?canary-query-refused=${encodeURIComponent(forged)}`);
    await ask('POST', '/api/sessions', {
      headers: { 'idempotency-key': refused.key },
      json: { duration: refused.body },
    });
    await ask('GET', '/health', {
      headers: { 'user-agent': 'canary-agent {"level":60}' },
    });
    const raw = await RawConnection.open(server.port);
    await raw.send(
      `GET /canary-raw HTTP/1.1\r\nHost: localhost\r\nUser-Agent: canary\u001b[2J\r\n${forged}: x\r\n\r\n`,
    );
    await raw.closed;

    // Broken behind the server's back: real errors, with real causes in the log.
    const broken = secretsOf('broken');
    const headers = { 'idempotency-key': broken.key, 'user-agent': 'canary-agent' };
    const json = { tokensUsed: 1, operation: broken.body };
    const db = new DatabaseSync(databaseOf(folder), { timeout: 5000 });
    db.exec('ALTER TABLE receipts RENAME TO elsewhere');
    expect(await ask('POST', `/api/sessions/${id}/tokens`, { headers, json })).toBe(500);
    db.exec('ALTER TABLE elsewhere RENAME TO receipts');
    db.exec(
      `CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'broken in SELECT of ${folder}'); END`,
    );
    expect(await ask('POST', `/api/sessions/${id}/tokens`, { headers, json })).toBe(500);
    expect(await ask('POST', '/api/sessions', { headers, json: { duration: 5, name: broken.body } })).toBe(500);
    db.exec('DROP TRIGGER broken');
    db.exec(`UPDATE events SET data = replace(data, 'canary-forged', 'canary-damaged')`);
    db.close();
    expect(await ask('GET', `/api/sessions/${id}/events`)).toBe(500);
    await server.stderr.line(/journal_damaged/);
    expect(await server.terminate()).toEqual({ code: 0, signal: null });

    expect(heard.filter(({ status }) => status >= 500)).toHaveLength(4);
    for (const { status, text } of heard) {
      for (const inside of insides(folder)) expect([status, text]).not.toEqual([status, expect.stringMatching(inside)]);
      for (const secret of allSecrets) expect(text).not.toContain(secret);
    }
    for (const line of [...server.stderr.all, ...linesOf(join(folder, 'logs'))]) {
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(Number) as number,
        time: expect.any(String) as string,
      });
      expect(stripVTControlCharacters(line)).toBe(line);
      expect(line).not.toMatch(/canary-(token|ticket|code|key|body|path|query|forged|damaged)|all is lost/);
      expect(line).not.toContain(token);
    }
  },
);

const allSecrets = [...['refused', 'broken'].flatMap((place) => Object.values(secretsOf(place))), token];

const linesOf = (folder: string): string[] =>
  readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean));
