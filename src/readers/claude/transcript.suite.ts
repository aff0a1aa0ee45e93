/** Lines as Claude Code writes them, and reading them through the port, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Following, tempFolder } from '../following.suite.ts';
import type { UsageRecord } from '../reader.ts';
import { Responses } from '../responses.ts';
import { claudeReader } from './reader.ts';

export interface AssistantLine {
  id?: unknown;
  requestId?: unknown;
  usage?: unknown;
  model?: unknown;
  stopReason?: string | null;
  text?: string;
  /** More fields of the line, or others than the usual. */
  line?: Record<string, unknown>;
}

export const usage = {
  input_tokens: 3,
  cache_creation_input_tokens: 500,
  cache_read_input_tokens: 9000,
  output_tokens: 200,
};

export function assistant({
  id = 'msg_1',
  requestId = 'req_1',
  model = 'claude-sonnet-4-5-20250929',
  ...rest
}: AssistantLine = {}) {
  const { text = 'Done.', stopReason = 'end_turn' } = rest;
  const content = [{ type: 'text', text }];
  const message = {
    model,
    id,
    type: 'message',
    role: 'assistant',
    content,
    stop_reason: stopReason,
    usage: 'usage' in rest ? rest.usage : usage,
  };
  return {
    ...envelope,
    message,
    requestId,
    type: 'assistant',
    uuid: 'u-1',
    timestamp: '2026-10-01T12:00:00.000Z',
    ...rest.line,
  };
}

const envelope = {
  parentUuid: null,
  isSidechain: false,
  userType: 'external',
  cwd: '/home/dev/work',
  sessionId: 's-1',
  version: '2.1.329',
  gitBranch: 'main',
};

/** A subagent's message as the parent's file repeats it. */
export function agentProgress(message: Record<string, unknown>, agentId: string) {
  const { type, uuid, timestamp, requestId, message: inner } = message;
  const data = {
    type: 'agent_progress',
    message: { type, message: inner, requestId, uuid, timestamp },
    prompt: '',
    agentId,
  };
  return {
    ...envelope,
    type: 'progress',
    data,
    toolUseID: 't',
    parentToolUseID: 't',
    uuid: 'u-2',
    timestamp: '2026-10-01T12:00:01.000Z',
  };
}

/** Reads a file of these lines; texts are written as they are. */
export async function read(lines: readonly unknown[], path = 's-1.jsonl'): Promise<Following> {
  const file = join(tempFolder(), path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  return new Following(claudeReader(), file).readAll();
}

export async function responses(lines: readonly unknown[], path?: string): Promise<UsageRecord[]> {
  return [...new Responses().addAll((await read(lines, path)).records)];
}
