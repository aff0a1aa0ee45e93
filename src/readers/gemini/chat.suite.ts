/** Lines as Gemini CLI writes them, and reading them through the port, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Following, tempFolder } from '../following.suite.ts';
import { Responses } from '../responses.ts';
import { type GeminiLimits, geminiReader } from './reader.ts';

export const noon = Date.UTC(2026, 9, 1, 12);
export const session = '5b7c2f0e-0d5e-4c52-9d6a-0c4f1d0e9a11';
export const chatName = 'tmp/work/chats/session-2026-10-01T12-00-5b7c2f0e.jsonl';

export function at(ms: number): string {
  return new Date(noon + ms).toISOString();
}

export function header(more: object = {}): object {
  return { sessionId: session, projectHash: 'abc', startTime: at(0), lastUpdated: at(0), kind: 'main', ...more };
}

export function tokens(input: number, output: number, more: object = {}): object {
  return { input, output, cached: 0, thoughts: 0, tool: 0, total: input + output, ...more };
}

export function answer(id: unknown, used: unknown, ms = 0, more: object = {}): object {
  const usual = { content: 'Done.', thoughts: [], model: 'gemini-3-pro' };
  return { id, timestamp: at(ms), type: 'gemini', ...usual, tokens: used, ...more };
}

export function prompt(id: string, text: unknown, ms = 0): object {
  return { id, timestamp: at(ms), type: 'user', content: text };
}

export function bytesOf(lines: readonly unknown[]): string {
  return lines.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
}

export function writeChat(lines: readonly unknown[], name = chatName): string {
  return writeText(bytesOf(lines), name);
}

export function writeText(text: string, name: string): string {
  const file = join(tempFolder(), name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Reads a file of these lines; texts are written as they are. */
export async function read(lines: readonly unknown[], limits: Partial<GeminiLimits> = {}): Promise<Following> {
  return new Following(geminiReader(limits), writeChat(lines)).readAll();
}

/** Input without cached, cached, output and reasoning of each response, in the order of the file. */
export function spent(follow: Following): number[][] {
  return [...new Responses().addAll(follow.records)].map(({ parts }) => [
    parts.input,
    parts.cacheRead,
    parts.output,
    parts.reasoning ?? 0,
  ]);
}

export async function responses(...lines: unknown[]): Promise<number[][]> {
  return spent(await read(lines));
}
