/** What a start keeps, takes back and never does twice, through real servers on one folder. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Doorway, ownerToken } from '../test/doorways/doorway.ts';
import { unwrap } from './sdk/index.ts';

const hour = 3_600_000;

let door: Doorway;

beforeEach(async () => {
  door = await Doorway.open();
});

afterEach(async () => door.close());

const elapsedOf = async (id: string): Promise<number> =>
  unwrap(await door.client().GET('/api/sessions/{id}', { params: { path: { id } } })).elapsed;

describe('a clock that was set while no server ran', () => {
  it.each([hour, -hour])('by %i ms leaves elapsed alone, also when the start after it was refused', async (by) => {
    const { id } = unwrap(await door.client().POST('/api/sessions', { body: { duration: 5 * hour } }));
    await door.stop();
    door.time.set(by);
    door.time.pass(60_000);
    await expect(door.start({ token: 'too short' })).rejects.toThrow('at least 32 characters');
    await door.start();
    expect(Math.abs((await elapsedOf(id)) - 60_000)).toBeLessThan(2000);
    await door.stop();
    await door.start();
    expect(Math.abs((await elapsedOf(id)) - 60_000)).toBeLessThan(2000);
  });
});

describe('STINT_TOKEN', () => {
  it('is no longer good after a start without it', async () => {
    await door.stop();
    await door.start({ token: undefined });
    const answer = await fetch(`${door.url}/api/me`, { headers: { authorization: `Bearer ${ownerToken}` } });
    expect(answer.status).toBe(401);
  });
});

describe('a token that ends', () => {
  it('makes none that outlives it', async () => {
    const { token, expiresAt } = unwrap(
      await door.client().POST('/api/tokens', { body: { name: 'short', expiresIn: 60_000 } }),
    );
    const short = door.client(door.secret(token));
    const child = unwrap(await short.POST('/api/tokens', { body: { name: 'child' } }));
    door.secret(child.token);
    expect(child.expiresAt).toBe(expiresAt);
    const { url } = unwrap(await short.POST('/api/sign-in-links'));
    const code = url.split('#')[1] ?? '';
    const browser = unwrap(await short.POST('/api/sign-in', { body: { code } }));
    door.secret(browser.token);
    expect(browser.expiresAt).toBe(expiresAt);
  });
});

describe('behind a proxy', () => {
  it('links lead to where the browser is', async () => {
    await door.stop();
    await door.start({ behindProxy: true, hostNames: ['stint.example.org'] });
    expect(door.serving.newSignInLink()).toMatch(/^https:\/\/stint\.example\.org\/sign-in#/);
  });
});
