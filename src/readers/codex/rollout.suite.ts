/** Lines as Codex writes them, and reading them through the port, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Following, tempFolder } from '../following.suite.ts';
import { Responses } from '../responses.ts';
import { type CodexLimits, codexReader } from './reader.ts';

export type Usage = Partial<Record<(typeof usageNames)[number], unknown>>;

const usageNames = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'output_tokens',
  'reasoning_output_tokens',
  'total_tokens',
] as const;

export const noon = Date.UTC(2026, 9, 1, 12);

export function at(ms: number): string {
  return new Date(noon + ms).toISOString();
}

/** A UUIDv7 of a time after noon, as threads and turns have. */
export function idAt(ms: number, rest = 1): string {
  const time = (noon + ms).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest.toString(16).padStart(12, '0')}`;
}

export const thread = idAt(0);

export function line(type: string, payload: object, ms = 0, more: object = {}): Record<string, unknown> {
  return { timestamp: at(ms), ...more, type, payload };
}

export function event(type: string, payload: object, ms = 0): Record<string, unknown> {
  return line('event_msg', { type, ...payload }, ms);
}

export function header(payload: object = {}, ms = 0): Record<string, unknown> {
  const usual = { id: thread, timestamp: at(ms), cwd: '/home/dev/work', originator: 'codex_cli_rs', source: 'cli' };
  const origin = { cli_version: '0.162.1', model_provider: 'openai', git: { commit_hash: 'c', branch: 'main' } };
  return line('session_meta', { ...usual, ...origin, ...payload }, ms);
}

export function spawned(parent: string, payload: object = {}, ms = 0): Record<string, unknown> {
  const source = { subagent: { thread_spawn: { parent_thread_id: parent, depth: 1, agent_nickname: 'Ada' } } };
  return header({ source, ...payload }, ms);
}

export function turn(payload: object = {}, ms = 0): Record<string, unknown> {
  return line('turn_context', { cwd: '/home/dev/work', model: 'gpt-6-codex', effort: 'high', ...payload }, ms);
}

/** A counter; `last` as `total` unless given. */
export function counter(total: Usage | undefined, last: Usage | undefined = total, ms = 0, more: object = {}) {
  const info = { total_token_usage: total, last_token_usage: last, model_context_window: 272_000 };
  return event('token_count', { info, rate_limits: null, ...more }, ms);
}

export interface RecordLine {
  response?: string | undefined;
  usage?: unknown;
  total?: Usage | undefined;
  owner?: string | undefined;
  ms?: number;
  more?: object;
}

export function record({ response, usage, total, owner, ms = 0, more = {} }: RecordLine): Record<string, unknown> {
  const ids = { session_id: owner, thread_id: owner, turn_id: 't', root_turn_id: 't', response_id: response };
  return line('token_usage_record', { ...ids, usage, turn_token_usage: {}, thread_token_usage: total }, ms, more);
}

export function said(role: string, text: string, ms = 0): Record<string, unknown> {
  const type = role === 'user' ? 'input_text' : 'output_text';
  return line('response_item', { type: 'message', role, content: [{ type, text }] }, ms);
}

/** Usage of this much input, cached input, output and reasoning. */
export function used(input: number, cached = 0, output = 0, reasoning = 0): Usage {
  const counts = { input_tokens: input, cached_input_tokens: cached, cache_write_input_tokens: 0 };
  return {
    ...counts,
    output_tokens: output,
    reasoning_output_tokens: reasoning,
    total_tokens: input + output,
  };
}

export const rolloutName = `rollout-2026-10-01T12-00-00-${thread}.jsonl`;

export function bytesOf(lines: readonly unknown[]): string {
  return lines.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
}

export function writeRollout(lines: readonly unknown[], name = rolloutName): string {
  const file = join(tempFolder(), name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytesOf(lines));
  return file;
}

/** Reads a file of these lines; texts are written as they are. */
export async function read(lines: readonly unknown[], limits: Partial<CodexLimits> = {}): Promise<Following> {
  return new Following(codexReader(limits), writeRollout(lines)).readAll();
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
