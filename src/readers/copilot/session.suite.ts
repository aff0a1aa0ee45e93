/** Lines as Copilot CLI writes them, and reading them through the port, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Following, tempFolder } from '../following.suite.ts';
import { Responses } from '../responses.ts';
import { copilotReader } from './reader.ts';

export const noon = Date.UTC(2026, 9, 1, 12);
export const session = '35059dc3-d928-4ffb-8616-b78938621d85';
export const eventsName = `session-state/${session}/events.jsonl`;

export function at(ms: number): string {
  return new Date(noon + ms).toISOString();
}

export function event(type: string, data: object, ms = 0, more: object = {}): object {
  return { type, data, id: `${type}-${ms}`, timestamp: at(ms), parentId: null, ...more };
}

export function start(more: object = {}): object {
  const context = { cwd: '/home/dev/work', branch: 'main' };
  return event('session.start', { sessionId: session, selectedModel: 'gpt-5', context, ...more });
}

export function message(id: unknown, outputTokens: unknown, ms = 0, more: object = {}): object {
  return event('assistant.message', { messageId: id, content: 'Done.', outputTokens, ...more }, ms);
}

export function usage(input: number, output: number, ms = 0, more: object = {}): object {
  return event('assistant.usage', { model: 'gpt-5', inputTokens: input, outputTokens: output, ...more }, ms);
}

export function prompt(content: unknown, ms = 0, more: object = {}): object {
  return event('user.message', { content, ...more }, ms);
}

/** Totals by model: input with cache, output, cache read, cache write, reasoning, requests. */
export function shutdown(totals: Record<string, number[]>, ms = 0): object {
  const metrics = Object.entries(totals).map(([model, [input, output, read, write, reasoning, count]]) => {
    const cached = { cacheReadTokens: read ?? 0, cacheWriteTokens: write ?? 0, reasoningTokens: reasoning ?? 0 };
    return [model, { requests: { count: count ?? 1 }, usage: { inputTokens: input, outputTokens: output, ...cached } }];
  });
  return event('session.shutdown', { modelMetrics: Object.fromEntries(metrics) }, ms);
}

export function span(attributes: object, more: object = {}): object {
  const usual = { 'gen_ai.operation.name': 'chat', 'gen_ai.conversation.id': session, 'gen_ai.request.model': 'auto' };
  const times = { startTime: [noon / 1000, 0], endTime: [noon / 1000 + 2, 5_900_000] };
  const ids = { type: 'span', traceId: 't1', spanId: 's1', name: 'chat gpt-5' };
  return { ...ids, ...times, attributes: { ...usual, ...attributes }, status: { code: 0 }, ...more };
}

export function bytesOf(lines: readonly unknown[]): string {
  return lines.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
}

export function writeText(text: string, name: string): string {
  const file = join(tempFolder(), name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

export async function read(...lines: unknown[]): Promise<Following> {
  return new Following(copilotReader(), writeText(bytesOf(lines), eventsName)).readAll();
}

/** Model, input without cache, output, cache read and confidence of each response. */
export function spent(...all: Following[]): unknown[][] {
  const merged = new Responses().addAll(all.flatMap(({ records }) => records));
  return [...merged].map(({ model, parts, confidence }) => [
    model,
    parts.input,
    parts.output,
    parts.cacheRead,
    confidence,
  ]);
}
