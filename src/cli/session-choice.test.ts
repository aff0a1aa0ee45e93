/** A session by what `stint ls` or `stint usage sessions` shows of it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { assistant } from '../readers/claude/transcript.suite.ts';
import { unwrap } from '../sdk/index.ts';
import { clientOn, emptyFolder, startServer, stint, useFolder } from './stint.suite.ts';

const home = emptyFolder();
const folder = useFolder();
const whole = 'cc8e3d53-6a51-4a3c-8c36-4f1f6c71e3fa';
const others = ['ses_3f2cQx7', 'cc8e0000-6a51-4a3c-8c36-4f1f0000e3fb'];

beforeAll(async () => {
  const project = join(home, '.claude', 'projects', '-home-dev-work');
  mkdirSync(project, { recursive: true });
  for (const sessionId of [whole, ...others]) {
    const said = assistant({ id: sessionId, requestId: `req_${sessionId}`, line: { sessionId } });
    const asked = {
      type: 'user',
      sessionId,
      uuid: `u-${sessionId}`,
      cwd: '/home/dev/work',
      timestamp: '2026-10-01T00:00:00.000Z',
      message: { role: 'user', content: sessionId === whole ? 'Mend the login' : 'Another' },
    };
    const lines = [asked, said].map((line) => `${JSON.stringify(line)}\n`);
    writeFileSync(join(project, `${sessionId}.jsonl`), lines.join(''));
  }
  await startServer(folder, { HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home });
  const total = async () => unwrap(await clientOn(folder).GET('/api/sessions')).total;
  await vi.waitFor(async () => expect(await total()).toBe(3), { timeout: 20_000 });
});

const run = (...args: string[]) => stint([...args, '--data', folder]);
const shown = async (asked: string): Promise<unknown> => {
  const { code, stdout, stderr } = await run('show', asked, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as { agent: { sessionId: string } }).agent.sessionId;
};

describe('a session', () => {
  it.each([
    ['the agent’s whole id', whole, whole],
    ['its beginning', 'cc8e3d53', whole],
    ['the end that usage shows', '6c71e3fa', whole],
    ['an id of another make', 'ses_3f2cQx7', 'ses_3f2cQx7'],
    ['a beginning of that', 'ses_3f', 'ses_3f2cQx7'],
  ])('is known by %s', async (_, asked, id) => expect(await shown(asked)).toBe(id));

  it('that fits several is told with which', async () => {
    const { code, stderr } = await run('show', 'cc8e');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^stint: “cc8e” fits 2 sessions; say which by id:\n {2}[0-9a-f]{8} .*\n {2}[0-9a-f]{8} /);
  });

  it.each(['cc8e3d53-6a51-4a3c-8c36-000000000000', 'ses_none', 'cc8'])('%s is none', async (asked) =>
    expect(await run('show', asked)).toMatchObject({ code: 4, stdout: '' }),
  );

  it.each([whole, '6c71e3fa', 'ses_3f2cQx7'])('%s is one to search in', async (asked) =>
    expect(await run('search', 'nothing', '--session', asked)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing that was said fits') as string,
    }),
  );

  it('has its name among those of usage', async () => {
    expect((await run('usage', 'sessions')).stdout).toMatch(
      /^SESSION +NAME +PROJECT [^]*\n\S*6c71e3fa +Mend the login /m,
    );
  });
});
