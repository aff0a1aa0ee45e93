/**
 * The real Claude Code, run against a model on loopback, and what the server counts of it. It runs where a `claude` is at hand:
 * the one that STINT_TEST_CLAUDE names, else the one on PATH. It is no Debian package and no dependency of ours, so that CI has
 * none and skips this; the transcripts of the generator stand for it there.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { processStart } from '../src/place.ts';
import { createClient, unwrap } from '../src/sdk/index.ts';
import { serve } from '../src/serve.ts';

const modelServer = fileURLToPath(new URL('../../shared/tools/model-server.mjs', import.meta.url));
const tokensOfResponse = { input: 111, output: 7 };
const token = 'a-token-for-claude-code-0123456789abcdef';

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'claude'));
const claude = [process.env['STINT_TEST_CLAUDE'] ?? '', ...onPath].find((file) => file !== '' && isProgram(file)) ?? '';

const missing = [
  ...(claude === '' ? ['no claude: name one in STINT_TEST_CLAUDE'] : []),
  ...(existsSync(modelServer) ? [] : [`no ${modelServer}`]),
].join('; ');

/** Its address. */
const startModel = async (): Promise<string> => {
  const { input, output } = tokensOfResponse;
  const args = [modelServer, '--input', String(input), '--output', String(output)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return line.toString().trim();
};

const startServer = async (folder: string): Promise<string> => {
  const usual = { host: '127.0.0.1', port: 0, hostNames: [], behindProxy: false, logLevel: 'ERROR' as const };
  const serving = await serve({ ...usual, folder, token });
  onTestFinished(() => serving.stop());
  return serving.url;
};

describe.skipIf(missing !== '')(`Claude Code${missing === '' ? '' : ` (${missing})`}`, () => {
  it('has its tokens counted, with the name of its model', { timeout: 90_000 }, async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stint-claude-')));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const newFolder = (name: string) => mkdirSync(join(folder, name), { recursive: true })!;
    const [home, agentConfigDir, directory] = [newFolder('home'), newFolder('config'), newFolder('work')];
    const [model, url] = await Promise.all([startModel(), startServer(join(folder, 'data'))]);
    const client = createClient({ url, token });
    const { pid } = process;
    const run = { directory, agentConfigDir, pid, pidStartedAt: processStart(pid) ?? 'unknown' };
    const { id } = unwrap(await client.POST('/api/sessions', { body: { duration: 3_600_000, tokenBudget: 100, run } }));

    const env = {
      PATH: process.env['PATH'],
      HOME: home,
      CLAUDE_CONFIG_DIR: agentConfigDir,
      ANTHROPIC_BASE_URL: model,
      ANTHROPIC_API_KEY: 'x',
      // Nothing but the model is asked for anything.
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    };
    const running = promisify(execFile)(claude, ['-p', 'hello'], { cwd: directory, env });
    running.child.stdin?.end();
    expect((await running).stdout).toContain('hello from the loopback model');

    const path = { params: { path: { id } } };
    const session = unwrap(await client.PATCH('/api/sessions/{id}', { ...path, body: { status: 'completed' } }));
    const { usage, totalUsed } = unwrap(await client.GET('/api/sessions/{id}/tokens', path));
    expect(session).toMatchObject({ status: 'completed', tokensUsed: totalUsed });
    expect(totalUsed).toBe(tokensOfResponse.input + tokensOfResponse.output);
    expect(usage).toMatchObject([
      { ...tokensOfResponse, source: 'transcript', model: expect.stringMatching(/^claude-/) },
    ]);
    const { events } = unwrap(await client.GET('/api/sessions/{id}/events', path));
    expect(events.map(({ type }) => type)).toEqual(['started', 'tokens_recorded', 'alert_raised', 'completed']);
  });
});
