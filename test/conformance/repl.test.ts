/** The suite of the repl contract, run against our own server: a test a check. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replSuite } from '../../src/conformance/index.ts';
import { runCheck } from '../../src/conformance/run-checks.ts';
import type { Target } from '../../src/conformance/http.ts';
import { modelServer } from './model-server.ts';
import { realServer, token } from './real-server.ts';
import type { RealServer } from './real-server.ts';

/** For commands that have to be stopped on a machine that is busy. */
const longestMs = 200_000;

let server: RealServer;
let models: Awaited<ReturnType<typeof modelServer>>;
let target: Target;

beforeAll(async () => {
  models = await modelServer();
  server = await realServer({ sessionCpuMs: 1000 });
  const [viewerToken, memberToken] = [await server.newToken('viewer'), await server.newToken('member')];
  target = { url: server.url, token, viewerToken, memberToken, modelUrl: models.url };
});

afterAll(async () => {
  const answer = await fetch(`${server.url}/api/repl/sessions`, { headers: { authorization: `Bearer ${token}` } });
  await server.stop();
  models.stop();
  // The checks leave nothing behind.
  expect(await answer.json()).toMatchObject({ sessions: [] });
});

describe.concurrent.each(replSuite.groups)('$title', ({ name, checks }) => {
  it.concurrent.for(checks)('$id', { timeout: longestMs }, async (check, { skip, expect }) => {
    const result = await runCheck(replSuite, name, check, target);
    if (result.verdict === 'skipped') skip(result.reason);
    expect(result.reason).toBeUndefined();
  });
});

describe('the list of checks', () => {
  const checks = replSuite.groups.flatMap((group) => group.checks.map((check) => ({ group: group.name, ...check })));

  it('has an id for each, under the name of its group', () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(checks.filter(({ id, group }) => !id.startsWith(`${group}.`))).toEqual([]);
  });

  it('is long, and tells the document from decisions', () => {
    expect(checks.length).toBeGreaterThan(400);
    expect(checks.filter(({ level }) => level === 'document').length).toBeGreaterThan(15);
  });
});
