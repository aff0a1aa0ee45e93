import { ask } from './api.ts';
import type { Client } from './client.ts';
import { Failure } from './failure.ts';
import { nameKey } from './session-words.ts';
import type { AgentSession } from './session-words.ts';

/** The names that a server has for agents' sessions. */

const page = 200;
/** Older sessions than these do without. */
const mostPages = 10;

/** By {@link nameKey}, as far as sessions have any. A report is none the worse without: where they can't be had there are none. */
export const agentSessionNames = async (
  client: Client,
  wanted: readonly AgentSession[],
): Promise<ReadonlyMap<string, string>> => {
  const names = new Map<string, string>();
  const left = new Set(wanted.map(nameKey));
  try {
    let cursor: string | undefined;
    for (let i = 0; i < mostPages && left.size > 0; i += 1) {
      const query = { kind: 'agent' as const, limit: page, ...(cursor === undefined ? {} : { cursor }) };
      const answer = await ask(client.GET('/api/sessions', { params: { query } }));
      for (const { agent, name } of answer.sessions)
        if (agent && left.delete(nameKey(agent)) && name !== undefined) names.set(nameKey(agent), name);
      cursor = answer.cursor;
      if (cursor === undefined) break;
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return names;
};
