/** The examples of docs/push.md and docs/prices.md, run as they stand there, and their bodies held against the contract. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { bin, cleanEnvironment } from '../src/cli/stint.suite.ts';
import { repricedText } from '../src/cli/prices-words.ts';
import { repricedSchema } from '../src/contract/prices.ts';
import { pushedSchema, pushRequest } from '../src/contract/usage-push.ts';
import { priceOverridesOf } from '../src/ledger/prices/overrides.ts';
import { unwrap } from '../src/sdk/index.ts';
import { Doorway, ownerToken } from './doorways/doorway.ts';
import { tempFolder } from '../src/readers/following.suite.ts';

interface Block {
  language: string;
  text: string;
}

const blocksOf = (guide: string): Block[] => {
  const text = readFileSync(join(import.meta.dirname, '..', 'docs', `${guide}.md`), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
};

const inLanguage = (blocks: readonly Block[], language: string): string[] =>
  blocks.filter((block) => block.language === language).map(({ text }) => text);

const openDoor = async (): Promise<Doorway> => {
  const door = await Doorway.open();
  onTestFinished(() => door.close());
  return door;
};

it('the guide to pushing has commands that say what it says', async () => {
  const blocks = blocksOf('push');
  const [request = '', answer = ''] = inLanguage(blocks, 'json');
  const body = pushRequest.parse(JSON.parse(request));
  const [machine, server] = [await openDoor(), await openDoor()];
  const { token } = await server.newUser('ada');
  const answered = await server.request('POST', '/api/usage/push', { token, json: JSON.parse(request) });
  expect([answered.body, pushedSchema.parse(JSON.parse(answer))]).toEqual([JSON.parse(answer), answered.body]);
  const rows = ['a', 'b'].map((key) => ({ ...body.rows[0], key }));
  await machine.request('POST', '/api/usage/push', { json: { ...body, rows } });
  const home = tempFolder();
  writeFileSync(join(home, '.stint-push'), token, { mode: 0o600 });
  const stint = `stint() { '${process.execPath}' '${bin}' "$@"; }`;
  for (const [i, example] of inLanguage(blocks, 'sh').entries()) {
    const line = example.replaceAll('https://stint.example.org', server.url);
    const here = { STINT_DATA: machine.folder, STINT_URL: machine.url, STINT_TOKEN: ownerToken };
    const env = cleanEnvironment({ HOME: home, ...here });
    const { stdout } = await promisify(execFile)('bash', ['-c', `${stint}\n${line}`], { env, encoding: 'utf8' });
    expect(stdout.replaceAll(server.url, 'https://stint.example.org')).toBe(inLanguage(blocks, 'text')[i]);
  }
});

it('the guide to prices has a file that can be used, and shows what comes of it', async () => {
  const blocks = blocksOf('prices');
  const [file = '', answer = ''] = inLanguage(blocks, 'json');
  expect(Object.keys(priceOverridesOf(JSON.parse(file)).models)).toEqual(['in-house-1', 'claude-*', 'gpt-5.2']);
  const door = await openDoor();
  const row = {
    source: 'claude',
    sessionId: 's',
    sidechain: false,
    beganAt: 1.79e12,
    at: 1.79e12,
    bornAt: 1.79e12,
    reasoning: 0,
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    confidence: 'exact',
  };
  const rows = [
    { ...row, key: 'a', model: 'in-house-1', input: 2000, output: 0 },
    { ...row, key: 'b', model: 'claude-opus-4-5', input: 1000, output: 0 },
  ];
  await door.request('POST', '/api/usage/push', { json: { machine: 'm', rows } });
  writeFileSync(join(door.folder, 'prices.json'), file);
  const told = unwrap(await door.client().POST('/api/usage/reprice', {}));
  const shown = repricedSchema.parse(JSON.parse(answer));
  expect({ ...told, version: shown.version }).toEqual(shown);
  const screen = { isTerminal: false, columns: 80, rows: 24, colors: false };
  expect(inLanguage(blocks, 'text')).toEqual([`${repricedText(screen, shown)}\n`]);
});
