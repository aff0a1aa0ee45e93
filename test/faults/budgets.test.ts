import { expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { addBudgetTables } from '../../src/stores/sqlite/budgets.suite.ts';
import { SqliteStore } from '../../src/stores/sqlite/store.ts';
import { databaseOf, newFolder } from './data-folder.ts';
import { ServerProcess } from './server-process.ts';

/** A session with a budget that pauses it, used up; resolves when that usage is on the disk. */
const useUp = async (client: StintClient): Promise<string> => {
  const { id: session } = unwrap(await client.POST('/api/sessions', { body: { duration: 3600_000 } }));
  const only = { session };
  const body = { measure: 'tokens', limit: 100, period: 'total', action: 'pause', only } as const;
  unwrap(await client.POST('/api/usage/budgets', { body }));
  const params = { path: { id: session } };
  unwrap(await client.POST('/api/sessions/{id}/tokens', { params, body: { tokensUsed: 100, operation: 'o' } }));
  return session;
};

const thresholdsOf = async (client: StintClient, id: string): Promise<unknown[]> => {
  const query = { type: 'alert_raised', limit: 100 } as const;
  const { events } = unwrap(await client.GET('/api/sessions/{id}/events', { params: { path: { id }, query } }));
  return events.map(({ data }) => data['threshold']);
};

it(
  'an alert of a budget is raised once, and its pause made, wherever the server is killed',
  { timeout: 120_000 },
  async () => {
    const folder = newFolder();
    await (await SqliteStore.open(databaseOf(folder))).close();
    addBudgetTables(databaseOf(folder));
    let server = await ServerProcess.start(folder);
    const sessions: string[] = [];
    for (let round = 0; round < 10; round++) {
      const client = server.client();
      for (let n = 0; n < 1 + (round % 3); n++) sessions.push(await useUp(client));
      // Later each time: the alert and what is kept of it are under way.
      for (let n = 0; n < round; n++) unwrap(await client.GET('/api/usage/budgets'));
      await server.killHard();
      server = await ServerProcess.start(folder);
    }
    const client = server.client();
    for (const session of sessions) {
      await expect.poll(() => thresholdsOf(client, session), { timeout: 10_000 }).toEqual(['across_100']);
      const params = { path: { id: session } };
      await expect
        .poll(async () => unwrap(await client.GET('/api/sessions/{id}', { params })).status, { timeout: 10_000 })
        .toBe('paused');
    }
  },
);
