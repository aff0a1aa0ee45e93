/** Real servers and the real command line over generated histories: what they say is what is true, whatever happens meanwhile. */
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stint } from '../../src/cli/stint.suite.ts';
import { usageReportKinds } from '../../src/contract/usage-report.ts';
import { isFault } from '../../src/doctor/finding.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { createClient, unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { tamper } from '../../src/stores/sqlite/store-folder.suite.ts';
import { databaseOf, newFolder } from '../faults/data-folder.ts';
import { findingsIn } from '../faults/journal-audit.ts';
import { ServerProcess } from '../faults/server-process.ts';
import { expectTruth, isMissing, newHistory, offlineReportOf, reportOf, startedOn, whenThereIs } from './history.ts';
import type { History, Truth } from './history.ts';

const options = { timeout: 120_000 };

const doctor = async (folder: string, env: Record<string, string>, ...args: string[]) => {
  const said = await stint(['doctor', '--json', '--data', folder, ...args], { env });
  const { well, findings } = JSON.parse(said.stdout) as { well: boolean; findings: Finding[] };
  return { well, faults: findings.filter(isFault).map(({ kind }) => kind) };
};

/** Puts rubbish in the place of what a file holds; its size and times stay. */
const scribble = (file: string): void => {
  const { size, atime, mtime } = statSync(file);
  writeFileSync(file, `{${'\n'.repeat(size - 1)}`, { flag: 'r+' });
  utimesSync(file, atime, mtime);
};

describe.skipIf(isMissing)('the ledger of a generated history', () => {
  it.each([1, 42, 2026])('is true, with a server and without (seed %i)', options, async (seed) => {
    const { env, truth } = await newHistory(seed);
    const server = await startedOn(newFolder(), env);
    await expectTruth(server.client(), truth);
    const kinds = seed === 1 ? usageReportKinds : (['daily', 'blocks', 'sessions'] as const);
    for (const kind of kinds) {
      expect(await offlineReportOf(env, kind)).toEqual(await reportOf(server.client(), kind));
    }
  });

  it('has the days of each time zone, and a session for each of the agents’', options, async () => {
    const { env, truth } = await newHistory(7);
    const server = await startedOn(newFolder(), env);
    const inUtc = await reportOf(server.client(), 'daily');
    for (const tz of ['Pacific/Pago_Pago', 'Asia/Kathmandu', 'Pacific/Kiritimati']) {
      const report = await reportOf(server.client(), 'daily', tz);
      expect(await offlineReportOf(env, 'daily', tz)).toEqual(report);
      expect(report.totals).toEqual(inUtc.totals);
      expect(report.rows).not.toEqual(inUtc.rows);
    }
    await expectSessions(server.client(), truth);
  });

  it('is exact after ten kills while it is read for the first time', options, async () => {
    const { env, truth } = await newHistory(5, 20, 100);
    const folder = newFolder();
    for (let kill = 1; kill <= 10; kill++) {
      const server = await ServerProcess.start(folder, { env });
      await whenThereIs(server.client(), (truth.uniqueResponses * kill) / 11);
      await server.killHard();
    }
    const server = await startedOn(folder, env);
    await expectTruth(server.client(), truth);
    await expectSessions(server.client(), truth);
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    expect(findingsIn(databaseOf(folder))).toEqual([]);
  });

  it('is not read again, stays when the transcripts are gone, and comes back from a backup', options, async () => {
    const { env, truth, files, home } = await newHistory(9);
    const folder = newFolder();
    await (await startedOn(folder, env)).terminate();
    files.forEach(scribble);
    const second = await startedOn(folder, env);
    await expectTruth(second.client(), truth);
    expect((await reportOf(second.client(), 'daily')).skipped).toEqual([]);
    rmSync(join(home, '.claude'), { recursive: true });
    const { name } = unwrap(await second.client().POST('/api/backups'));
    await second.terminate();
    tamper(databaseOf(folder), 'DELETE FROM responses');
    expect(await stint(['restore', name, '--yes', '--data', folder], { env })).toMatchObject({ code: 0 });
    await expectTruth((await startedOn(folder, env)).client(), truth);
  });

  it('is held against its responses by the doctor, and added up again', options, async () => {
    const { env, truth } = await newHistory(13, 2, 30);
    const folder = newFolder();
    await (await startedOn(folder, env)).terminate();
    expect(findingsIn(databaseOf(folder))).toEqual([]);
    tamper(databaseOf(folder), 'UPDATE usage_slots SET output = output + 1');
    expect(await doctor(folder, env)).toMatchObject({ well: false, faults: ['usage_differs'] });
    expect(await doctor(folder, env, '--rebuild', '--yes')).toMatchObject({ well: true, faults: [] });
    await expectTruth((await startedOn(folder, env)).client(), truth);
  });

  it('is nothing to other members, and all to a viewer', options, async () => {
    const history = await newHistory(17, 2, 30);
    const server = await startedOn(newFolder(), history.env);
    const [member, viewer] = [await userOf(server, 'member'), await userOf(server, 'viewer')];
    await expectNothing(member, (await sessionsOf(server.client()))[0]?.id ?? '', history);
    await expectTruth(viewer, history.truth);
    expect((await reportOf(viewer, 'daily')).lookedIn).toBeUndefined();
  });
});

const none = { input: NaN, output: NaN, cacheCreate5m: NaN, cacheCreate1h: NaN };

const expectSessions = async (client: StintClient, truth: Truth): Promise<void> => {
  const sessions = await sessionsOf(client);
  expect(sessions).toHaveLength(Object.keys(truth.bySession).length);
  for (const { agent, tokensUsed } of sessions) {
    const { input, output, cacheCreate5m, cacheCreate1h } = truth.bySession[agent?.sessionId ?? ''] ?? none;
    expect(tokensUsed).toBe(input + output + cacheCreate5m + cacheCreate1h);
  }
  for (const { agent, name, status } of sessions) {
    const directory = expect.stringMatching(/^\/home\/dev\/work\//) as string;
    expect([agent?.directory, name, status]).toEqual([directory, expect.any(String), 'completed']);
  }
};

const sessionsOf = async (client: StintClient) => {
  const query = { limit: 200 };
  return unwrap(await client.GET('/api/sessions', { params: { query } })).sessions;
};

const userOf = async (server: ServerProcess, role: 'member' | 'viewer'): Promise<StintClient> => {
  const { id } = unwrap(await server.client().POST('/api/users', { body: { name: `a ${role}`, role } }));
  const params = { path: { id } };
  const { token } = unwrap(await server.client().POST('/api/users/{id}/tokens', { params, body: { name: 'a token' } }));
  return createClient({ url: server.url, token });
};

const expectNothing = async (member: StintClient, session: string, { files, truth }: History): Promise<void> => {
  const params = { path: { id: session } };
  const said: unknown[] = [];
  const tell = <T>(value: T): T => {
    said.push(value);
    return value;
  };
  expect(tell(await sessionsOf(member))).toEqual([]);
  for (const kind of ['daily', 'blocks', 'sessions', 'models', 'projects'] as const) {
    expect(tell(await reportOf(member, kind))).toMatchObject({ rows: [], totals: { responses: 0 }, skipped: [] });
  }
  expect(tell(unwrap(await member.GET('/api/usage/windows'))).windows).toEqual([]);
  expect(tell(unwrap(await member.GET('/api/usage/status')))).toEqual({ state: 'off', sources: [] });
  expect(tell(unwrap(await member.GET('/api/search', { params: { query: { q: 'session' } } })))).toMatchObject({
    texts: [],
    total: 0,
  });
  for (const path of ['/api/sessions/{id}', '/api/sessions/{id}/tokens', '/api/sessions/{id}/events'] as const) {
    const { response, error } = await member.GET(path, { params });
    tell(error);
    expect(response.status).toBe(404);
  }
  const [id = ''] = Object.keys(truth.bySession);
  expect(JSON.stringify(said)).not.toContain(id);
  expect(JSON.stringify(said)).not.toContain(readFileSync(files[0] ?? '', 'utf8').slice(0, 20));
};
