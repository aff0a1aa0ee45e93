/** The suite that anyone can run against anyone's server, run against ours: a test a check. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timerSuite } from '../../src/conformance/index.ts';
import { runCheck } from '../../src/conformance/run-checks.ts';
import type { Target } from '../../src/conformance/http.ts';
import { realServer, token } from './real-server.ts';
import type { RealServer } from './real-server.ts';

let server: RealServer;
let target: Target;

beforeAll(async () => {
  server = await realServer();
  const [viewerToken, memberToken] = [await server.newToken('viewer'), await server.newToken('member')];
  target = { url: server.url, token, viewerToken, memberToken };
});

afterAll(async () => {
  const answer = await fetch(`${server.url}/api/sessions`, { headers: { authorization: `Bearer ${token}` } });
  await server.stop();
  // The checks leave nothing behind.
  expect(await answer.json()).toMatchObject({ total: 0 });
});

describe.concurrent.each(timerSuite.groups)('$title', ({ name, checks }) => {
  it.concurrent.for(checks)('$id', async (check, { skip, expect }) => {
    const result = await runCheck(timerSuite, name, check, target);
    if (result.verdict === 'skipped') skip(result.reason);
    expect(result.reason).toBeUndefined();
  });
});

describe('the list of checks', () => {
  const checks = timerSuite.groups.flatMap((group) => group.checks.map((check) => ({ group: group.name, ...check })));

  it('has an id for each, under the name of its group', () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(checks.filter(({ id, group }) => !id.startsWith(`${group}.`))).toEqual([]);
  });

  it('is long, and tells the document from decisions', () => {
    expect(checks.length).toBeGreaterThan(300);
    expect(checks.filter(({ level }) => level === 'document').length).toBeGreaterThan(30);
  });
});
