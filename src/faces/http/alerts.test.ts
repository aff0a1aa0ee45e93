import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { unwrap } from '../../sdk/index.ts';
import type { Schemas } from '../../sdk/index.ts';

let door: Doorway;

beforeAll(async () => {
  door = await Doorway.open();
});

afterAll(() => door.close());

const minutes = (n: number): number => n * 60_000;
const at = (id: string) => ({ params: { path: { id } } });

const record = async (id: string, tokensUsed: number): Promise<void> => {
  unwrap(
    await door.client().POST('/api/sessions/{id}/tokens', { ...at(id), body: { tokensUsed, operation: 'a turn' } }),
  );
};

const change = async (id: string, body: Schemas['ChangeSession']) =>
  unwrap(await door.client().PATCH('/api/sessions/{id}', { ...at(id), body }));

/** Level and threshold of each alert, as the journal has them. */
const alerts = async (id: string): Promise<string[]> => {
  const { events } = unwrap(await door.client().GET('/api/sessions/{id}/events', at(id)));
  return events.flatMap(({ type, data }) =>
    type === 'alert_raised' ? [`${String(data['level'])} ${String(data['threshold'])}`] : [],
  );
};

describe('alerts about the budget', () => {
  it('are raised once at 80, 95 and 100 percent', async () => {
    const { id } = await door.startSession({ tokenBudget: 100 });
    const seen: number[] = [];
    for (const tokens of [79, 1, 1, 13, 1, 1, 3, 1, 50]) {
      await record(id, tokens);
      seen.push((await alerts(id)).length);
    }
    expect(seen).toEqual([0, 1, 1, 1, 2, 2, 2, 3, 3]);
    expect(await alerts(id)).toEqual(['warning budget_80', 'error budget_95', 'error budget_100']);
  });

  it('are raised for the highest level only by a burst', async () => {
    const { id } = await door.startSession({ tokenBudget: 100 });
    await record(id, 97);
    expect(await alerts(id)).toEqual(['error budget_95']);
    await record(id, 1000);
    expect(await alerts(id)).toEqual(['error budget_95', 'error budget_100']);
  });

  it('are kept over a restart, and raised again only after the budget was changed', async () => {
    const { id } = await door.startSession({ tokenBudget: 100 });
    await record(id, 85);
    await door.stop();
    await door.start();
    await record(id, 1);
    expect(await alerts(id)).toEqual(['warning budget_80']);
    await change(id, { tokenBudget: 105 });
    expect(await alerts(id)).toEqual(['warning budget_80', 'warning budget_80']);
    await change(id, { tokenBudget: 1000 });
    await record(id, 800);
    expect(await alerts(id)).toEqual(['warning budget_80', 'warning budget_80', 'warning budget_80']);
  });

  it('are raised where an even pace leads over it', async () => {
    const { id } = await door.startSession({ duration: minutes(60), tokenBudget: 4000 });
    for (let i = 0; i < 5; i++) {
      await record(id, 100);
      door.time.pass(minutes(1));
    }
    expect(await alerts(id)).toEqual(['warning budget_projected']);
  });

  it('do not come without a budget', async () => {
    const { id } = await door.startSession();
    await record(id, 1_000_000);
    expect(await alerts(id)).toEqual([]);
  });

  it('come with a pause where the session asks for it', async () => {
    const { id } = await door.startSession({ tokenBudget: 100, onBudget: 'pause' });
    await record(id, 100);
    const session = unwrap(await door.client().GET('/api/sessions/{id}', at(id)));
    expect([session.status, await alerts(id)]).toEqual(['paused', ['error budget_100']]);
  });
});

describe('the alert ten minutes before the end', () => {
  it('is raised once, where the session is longer than that', async () => {
    const [long, short] = [
      await door.startSession({ duration: minutes(11) }),
      await door.startSession({ duration: minutes(10) }),
    ];
    door.time.pass(minutes(1) - 1);
    await record(long.id, 1);
    expect(await alerts(long.id)).toEqual([]);
    door.time.pass(1);
    for (const { id } of [long, short]) await record(id, 1);
    await record(long.id, 1);
    expect(await alerts(long.id)).toEqual(['warning time_10m']);
    expect(await alerts(short.id)).toEqual([]);
  });

  it('is raised again when the duration was changed', async () => {
    const { id } = await door.startSession({ duration: minutes(11) });
    door.time.pass(minutes(1));
    await record(id, 1);
    await change(id, { duration: minutes(30) });
    door.time.pass(minutes(19));
    await record(id, 1);
    expect(await alerts(id)).toEqual(['warning time_10m', 'warning time_10m']);
  });
});
