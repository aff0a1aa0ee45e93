/** The examples of docs/live.md, run as they stand there by a process of their own against a real server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Doorway, ownerToken } from './doorways/doorway.ts';

const root = join(import.meta.dirname, '..');
const sdk = new URL('../src/sdk/index.ts', import.meta.url).href;
const examples = [...readFileSync(join(root, 'docs', 'live.md'), 'utf8').matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(
  ([, text = '']) => text,
);

describe('the examples of the live guide', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-live-guide-'));
  let door: Doorway;

  beforeAll(async () => {
    door = await Doorway.open();
  });
  afterAll(async () => {
    await door.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs an example; resolves with what it says, when it ends by itself. */
  const run = async (text: string, session: string, onLine: (line: string) => void = () => {}): Promise<string> => {
    const file = join(folder, 'example.mjs');
    writeFileSync(file, text.replace("'stint-server/sdk'", `'${sdk}'`));
    const env = { ...process.env, STINT_URL: door.url, STINT_TOKEN: ownerToken };
    const child = spawn(process.execPath, [file, session], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      onLine(said);
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    return said;
  };

  const change = (id: string, what: string, json: object) =>
    door.request(what === '' ? 'PATCH' : 'POST', `/api/sessions/${id}${what}`, { json });

  it('are two', () => expect(examples).toHaveLength(2));

  it('follow a session until it completes', async () => {
    const { id } = await door.startSession();
    let begun = false;
    const said = await run(examples[0] ?? '', id, () => {
      if (begun) return;
      begun = true;
      void change(id, '/tokens', { tokensUsed: 5, operation: 'o' }).then(() => change(id, '', { status: 'completed' }));
    });
    expect(said).toBe('0 tokens\n5 tokens\n');
  });

  it('tell a session’s journal', async () => {
    const { id } = await door.startSession();
    await change(id, '', { name: 'new' });
    await change(id, '', { status: 'completed' });
    expect(await run(examples[1] ?? '', id)).toBe('0 started\n1 renamed\n2 completed\n');
  });
});
