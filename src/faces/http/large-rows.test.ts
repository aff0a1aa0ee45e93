/** Rows may be large: no answer is built of all of them, and none keeps others waiting. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { Listener } from '../../../test/doorways/listener.ts';
import { unwrap } from '../../sdk/index.ts';

const checkpoints = 40;
const metadata = { text: 'x'.repeat(500_000) };

let door: Doorway;
let id: string;

beforeAll(async () => {
  door = await Doorway.open();
  const stint = door.client();
  ({ id } = unwrap(await stint.POST('/api/sessions', { body: { duration: 3_600_000 } })));
  for (let promptCount = 0; promptCount < checkpoints; promptCount++) {
    const body = { phase: 'large', promptCount, metadata };
    unwrap(await stint.POST('/api/sessions/{id}/checkpoints', { params: { path: { id } }, body }));
  }
});

afterAll(async () => door.close());

describe('many large checkpoints', () => {
  it('all come with the session, in order', async () => {
    const session = unwrap(await door.client().GET('/api/sessions/{id}', { params: { path: { id } } }));
    expect(session.checkpoints.map(({ promptCount }) => promptCount)).toEqual([...Array(checkpoints).keys()]);
    expect(session.checkpoints.at(-1)?.metadata).toEqual(metadata);
  });

  it('end a page of events early, and the walk finds all of them', async () => {
    const seqs: number[] = [];
    for (let after: number | undefined; ;) {
      const query = { limit: 1000, ...(after === undefined ? {} : { after }) };
      const page = unwrap(await door.client().GET('/api/sessions/{id}/events', { params: { path: { id }, query } }));
      seqs.push(...page.events.map(({ seq }) => seq));
      expect(page.events.length).toBeLessThan(20);
      after = page.next;
      if (after === undefined) break;
    }
    expect(seqs).toEqual([...Array(checkpoints + 1).keys()]);
  });
});

describe('a flood of pings for all sessions', () => {
  it('is answered, not one by one, and keeps nobody waiting', async () => {
    const listener = await Listener.open(door);
    for (let i = 0; i < 2000; i++) listener.send({ type: 'ping', sessionId: '*' });
    const health = await fetch(`${door.url}/health`);
    expect(health.status).toBe(200);
    expect(await listener.next()).toMatchObject({ type: 'timer_update', sessionId: id });
    listener.socket.close();
    await listener.closed;
  });
});
