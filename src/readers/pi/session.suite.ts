/** Lines as pi writes them, and reading them through the port, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Following, tempFolder } from '../following.suite.ts';
import { piReader } from './reader.ts';

export const noon = Date.UTC(2026, 9, 1, 12);
export const session = '0199a1b2-0d5e-4c52-9d6a-0c4f1d0e9a11';
export const sessionName = `2026-10-01T12-00-00-000Z_${session}.jsonl`;

export function at(ms: number): string {
  return new Date(noon + ms).toISOString();
}

export function header(more: object = {}): object {
  return { type: 'session', version: 3, id: session, timestamp: at(0), cwd: '/home/dev/work', ...more };
}

export function entry(id: unknown, message: object, ms = 0): object {
  return { type: 'message', id, parentId: null, timestamp: at(ms), message: { timestamp: noon + ms, ...message } };
}

export function answer(id: unknown, usage: unknown, ms = 0, more: object = {}): object {
  const usual = { content: [{ type: 'text', text: 'Done.' }], provider: 'anthropic', model: 'claude-opus-5' };
  return entry(id, { role: 'assistant', ...usual, usage, stopReason: 'stop', ...more }, ms);
}

export function prompt(id: string, content: unknown, ms = 0): object {
  return entry(id, { role: 'user', content }, ms);
}

export function bytesOf(lines: readonly unknown[]): string {
  return lines.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
}

/** A file of these lines; texts are written as they are. */
export function writeSession(lines: readonly unknown[], name = sessionName): string {
  const file = join(tempFolder(), name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytesOf(lines));
  return file;
}

export async function read(...lines: unknown[]): Promise<Following> {
  return new Following(piReader(), writeSession(lines)).readAll();
}
