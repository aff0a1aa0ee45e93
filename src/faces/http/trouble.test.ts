import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { Listener } from '../../../test/doorways/listener.ts';

/** What clients are told when the store breaks under the server: that it did, and nothing of how it looks inside. */

let door: Doorway;

beforeEach(async () => {
  door = await Doorway.open();
});

afterEach(() => door.close());

/** Does something to the tables behind the server's back. */
const tamper = (sql: string): void => {
  const db = new DatabaseSync(join(door.folder, 'stint.db'), { timeout: 5000 });
  db.exec(sql);
  db.close();
};

const tokens = { tokensUsed: 1, operation: 'a turn' };

describe('a table that is gone', () => {
  it('is an internal error of whatever needs it, and the rest goes on', async () => {
    const { id } = await door.startSession();
    await door.stop();
    await door.start();
    tamper('ALTER TABLE events RENAME TO elsewhere');
    const requests = [
      ['GET', `/api/sessions/${id}/events`],
      ['GET', `/api/sessions/${id}/tokens`],
      ['GET', `/api/sessions/${id}/projection`],
      ['POST', `/api/sessions/${id}/tokens`],
      ['POST', '/api/sessions'],
    ] as const;
    for (const [method, path] of requests) {
      const json = path === '/api/sessions' ? { duration: 1000 } : tokens;
      const { status, problem } = await door.request(method, path, method === 'POST' ? { json } : {});
      expect([path, status, problem.error]).toEqual([path, 500, 'internal_error']);
      expect(problem.message).not.toContain('events');
    }
    expect((await door.request('GET', '/api/me')).status).toBe(200);
    await vi.waitFor(() => expect(door.logs()).toContain('no such table'), { timeout: 10_000 });
    tamper('ALTER TABLE elsewhere RENAME TO events');
    expect((await door.request('POST', `/api/sessions/${id}/tokens`, { json: tokens })).status).toBe(201);
  });

  it('is an error frame on a socket, which stays open', async () => {
    const { id } = await door.startSession();
    await door.stop();
    await door.start();
    tamper('ALTER TABLE events RENAME TO elsewhere');
    const listener = await Listener.open(door);
    listener.subscribe(id);
    const frame = await listener.next();
    expect(frame).toEqual({
      type: 'error',
      sessionId: id,
      code: 'internal_error',
      message: expect.any(String) as string,
    });
    expect(JSON.stringify(frame)).not.toMatch(/table|sqlite|events/i);
    await vi.waitFor(() => expect(door.logs()).toContain('no such table'), { timeout: 10_000 });
    tamper('ALTER TABLE elsewhere RENAME TO events');
    listener.subscribe(id);
    expect(await listener.take(2)).toHaveLength(2);
    listener.close();
  });

  it('leaves no receipt: the same key goes through when it is back', async () => {
    const { id } = await door.startSession();
    tamper('ALTER TABLE events RENAME TO elsewhere');
    const options = { json: tokens, headers: { 'idempotency-key': 'k' } };
    expect((await door.request('POST', `/api/sessions/${id}/tokens`, options)).status).toBe(500);
    tamper('ALTER TABLE elsewhere RENAME TO events');
    const { status, body } = await door.request('POST', `/api/sessions/${id}/tokens`, options);
    expect([status, body]).toMatchObject([201, { totalUsed: 1 }]);
  });
});

describe('a row that is not what was written', () => {
  it('sets its session aside, by its position, and only that session', async () => {
    const [bad, good] = [await door.startSession(), await door.startSession()];
    await door.stop();
    await door.start();
    tamper(`UPDATE events SET data = replace(data, '3600000', '3600001') WHERE position = 1`);
    for (const path of ['/events', '/tokens', '/projection']) {
      const { status, problem } = await door.request('GET', `/api/sessions/${bad.id}${path}`);
      expect([status, problem.error, problem.details]).toEqual([500, 'journal_damaged', { position: 1 }]);
    }
    expect((await door.request('POST', `/api/sessions/${bad.id}/tokens`, { json: tokens })).status).toBe(500);
    expect((await door.request('POST', `/api/sessions/${good.id}/tokens`, { json: tokens })).status).toBe(201);
    expect((await door.request('GET', '/api/sessions')).body).toMatchObject({ total: 2 });
  });
});

describe('tokens that can’t be looked up', () => {
  it('open nothing', async () => {
    tamper('ALTER TABLE tokens RENAME TO elsewhere');
    const { status, problem } = await door.request('GET', '/api/me', {
      token: 'never-seen-before-0123456789-0123456789',
    });
    expect([status, problem.error]).toEqual([500, 'internal_error']);
    tamper('ALTER TABLE elsewhere RENAME TO tokens');
    expect((await door.request('GET', '/api/me', { token: 'never-seen-before-0123456789-0123456789' })).status).toBe(
      401,
    );
  });

  it('hold nothing open', async () => {
    const listener = await Listener.open(door);
    tamper('ALTER TABLE tokens RENAME TO elsewhere');
    expect((await listener.closed).code).toBe(1008);
    tamper('ALTER TABLE elsewhere RENAME TO tokens');
  });
});
