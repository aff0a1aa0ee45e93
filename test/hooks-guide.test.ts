/** The example of docs/hooks.md that Node can run, held against what a hook sends. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { alertMessageSchema } from '../src/contract/hooks.ts';
import { newSecret, signedHeaders } from '../src/hooks/signature.ts';

const guide = readFileSync(join(import.meta.dirname, '..', 'docs', 'hooks.md'), 'utf8');
const blockOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(guide)?.[1] ?? '';

interface Verifying {
  isFromStint: (secret: string, headers: Record<string, string>, body: string, now: number) => boolean;
}

it('its code in Node tells a message of ours from others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-hooks-guide-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'verify.mjs');
  writeFileSync(file, blockOf('js'));
  const { isFromStint } = (await import(pathToFileURL(file).href)) as Verifying;
  const [secret, now, body] = [newSecret(), 1_790_000_000_000, '{"type":"alert.raised"}'];
  const headers = signedHeaders(secret, 'msg_1', now, body);
  const signature = String(headers['webhook-signature']);
  expect(isFromStint(secret, headers, body, now)).toBe(true);
  expect(isFromStint(secret, { ...headers, 'webhook-signature': `v1a,x ${signature}` }, body, now + 299_000)).toBe(
    true,
  );
  expect(isFromStint(newSecret(), headers, body, now)).toBe(false);
  expect(isFromStint(secret, headers, `${body} `, now)).toBe(false);
  expect(isFromStint(secret, { ...headers, 'webhook-id': 'msg_2' }, body, now)).toBe(false);
  expect(isFromStint(secret, { ...headers, 'webhook-signature': 'v1,' }, body, now)).toBe(false);
  expect(isFromStint(secret, headers, body, now + 301_000)).toBe(false);
});

it('its message has the shape of one', () => {
  const shown: unknown = JSON.parse(blockOf('json'));
  expect(alertMessageSchema.parse(shown)).toEqual(shown);
});
