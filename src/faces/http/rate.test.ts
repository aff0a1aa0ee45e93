import { afterEach, describe, expect, it } from 'vitest';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { Listener } from '../../../test/doorways/listener.ts';

let door: Doorway;

afterEach(() => door.close());

const ask = (token: string, path = '/api/me') => door.request('GET', path, { token });

/** Status and rate fields of as many requests, one after the other. */
const statuses = async (token: string, count: number): Promise<number[]> => {
  const met: number[] = [];
  for (let i = 0; i < count; i++) met.push((await ask(token)).status);
  return met;
};

const fields = ({ headers }: { headers: Headers }) => [
  headers.get('ratelimit-policy'),
  headers.get('ratelimit'),
  headers.get('retry-after'),
];

describe('a member’s token', () => {
  it('is let through as often as the rate says, and told what is left', async () => {
    door = await Doorway.open({ rateLimit: 2, rateBurst: 4 });
    const { token } = await door.newUser('bo');
    expect(fields(await ask(token))).toEqual(['"token";q=4;w=2', '"token";r=3;t=1', null]);
    expect(await statuses(token, 3)).toEqual([200, 200, 200]);
    const limited = await ask(token);
    expect([limited.status, limited.problem.error]).toEqual([429, 'rate_limited']);
    expect(fields(limited)).toEqual(['"token";q=4;w=2', '"token";r=0;t=2', '1']);
    door.time.pass(1000);
    expect(await statuses(token, 3)).toEqual([200, 200, 429]);
  });

  it('has a hundred a second and a burst of five hundred unless told otherwise', async () => {
    door = await Doorway.open();
    const { token } = await door.newUser('bo');
    expect(fields(await ask(token)).slice(0, 2)).toEqual(['"token";q=500;w=5', '"token";r=499;t=1']);
    expect(new Set(await statuses(token, 499))).toEqual(new Set([200]));
    expect((await ask(token)).status).toBe(429);
    door.time.pass(10);
    expect(await statuses(token, 2)).toEqual([200, 429]);
  });

  it('is counted for itself, whatever it asks for, and not where it is refused', async () => {
    door = await Doorway.open({ rateLimit: 1, rateBurst: 3 });
    const [bo, vi] = [await door.newUser('bo'), await door.newUser('vi', { role: 'viewer' })];
    for (const path of ['/api/nothing', '/health', '/api/sessions/nothing']) await ask(bo.token, path);
    expect((await ask(bo.token, '/api/nothing')).status).toBe(429);
    await expect(Listener.open(door, { token: bo.token })).rejects.toMatchObject({ status: 429 });
    expect(await statuses(vi.token, 4)).toEqual([200, 200, 200, 429]);
    door.time.pass(1000);
    expect((await ask(bo.token)).status).toBe(200);
  });

  it('that is limited has changed nothing', async () => {
    door = await Doorway.open({ rateLimit: 1, rateBurst: 1 });
    const { token } = await door.newUser('bo');
    await ask(token);
    expect((await door.request('POST', '/api/sessions', { token, json: { duration: 1000 } })).status).toBe(429);
    expect(await door.journal()).toEqual({});
  });
});

describe('the owner’s token', () => {
  it('is not counted', async () => {
    door = await Doorway.open({ rateLimit: 1, rateBurst: 1 });
    expect(await statuses(ownerToken, 50)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(fields(await ask(ownerToken))).toEqual([null, null, null]);
  });

  it('is counted where that is set', async () => {
    door = await Doorway.open({ ownerRateLimit: 1 });
    expect(await statuses(ownerToken, 6)).toEqual([200, 200, 200, 200, 200, 429]);
  });
});

describe('tokens that are wrong', () => {
  it('keep nobody out, however many they are', async () => {
    door = await Doorway.open();
    const { token } = await door.newUser('bo');
    for (let i = 0; i < 200; i++) expect((await ask(`wrong-${i}`)).status).toBe(401);
    expect((await ask(token)).status).toBe(200);
    expect((await ask(ownerToken)).status).toBe(200);
  });
});
