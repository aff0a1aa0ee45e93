import { unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { StintError } from '../../src/sdk/index.ts';

/** Writes under names of their own, so that what is there afterwards can be told apart. */

export const startSession = async (client: StintClient, duration = 3_600_000): Promise<string> =>
  unwrap(await client.POST('/api/sessions', { body: { duration } })).id;

/** Records a token under the name; an `Idempotency-Key` of the same name makes it safe to repeat. */
export const record = async (client: StintClient, id: string, name: string) =>
  unwrap(
    await client.POST('/api/sessions/{id}/tokens', {
      headers: { 'Idempotency-Key': name },
      params: { path: { id } },
      body: { tokensUsed: 1, operation: name },
    }),
  );

/** Records `count` tokens one after the other and returns their names. */
export const recordSeries = async (
  client: StintClient,
  id: string,
  prefix: string,
  count: number,
): Promise<string[]> => {
  const names = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  for (const name of names) await record(client, id, name);
  return names;
};

/** The names of all that was recorded in the session, in order of arrival. */
export const recorded = async (client: StintClient, id: string): Promise<string[]> => {
  const { usage } = unwrap(await client.GET('/api/sessions/{id}/tokens', { params: { path: { id } } }));
  return usage.map(({ operation }) => operation);
};

/** What the server refused it with; fails when the server did it. */
export const refusalOf = async (write: Promise<unknown>): Promise<StintError> => {
  try {
    await write;
  } catch (error) {
    if (error instanceof StintError) return error;
    throw error;
  }
  throw new Error('this was meant to be refused, and was done');
};
