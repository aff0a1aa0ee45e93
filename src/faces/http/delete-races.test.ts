/** Who comes with a DELETE while others come too is told how things stand, not to try again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';

const racers = 8;
let door: Doorway;

beforeAll(async () => {
  door = await Doorway.open();
});

afterAll(() => door.close());

const finished = async (): Promise<string> => {
  const { id } = await door.startSession();
  await door.request('PATCH', `/api/sessions/${id}`, { json: { status: 'completed' } });
  return `/api/sessions/${id}`;
};

const statusOf = async (method: string, path: string, json?: unknown): Promise<number> =>
  (await door.request(method, path, json === undefined ? {} : { json })).status;

const many = <T>(make: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: racers }, (_, n) => make(n)));

describe('of racing DELETEs', () => {
  it('one is 204, the others 404', async () => {
    for (let round = 0; round < 10; round++) {
      const path = await finished();
      const statuses = await many(() => statusOf('DELETE', path));
      expect(statuses.toSorted((a, b) => a - b)).toEqual([204, ...Array.from({ length: racers - 1 }, () => 404)]);
    }
  });

  it('and comments, none fails', async () => {
    for (let round = 0; round < 10; round++) {
      const path = await finished();
      const comments = path.replace('/api/', '/api/v1/') + '/comments';
      const json = { content: 'still here?' };
      const [removed, ...commented] = await Promise.all([
        many((n) => statusOf(n === 3 ? 'DELETE' : 'POST', n === 3 ? path : comments, n === 3 ? undefined : json)),
        statusOf('POST', comments, json),
      ]);
      const met = new Set([...removed, ...commented]);
      expect([...met].filter((status) => ![201, 204, 404].includes(status))).toEqual([]);
      expect(await statusOf('GET', path)).toBe(404);
    }
  });
});
