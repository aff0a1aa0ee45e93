import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Doorway } from '../../../test/doorways/doorway.ts';
import { EventReader } from '../../../test/doorways/event-reader.ts';
import { Listener } from '../../../test/doorways/listener.ts';
import { answerOn, open, requestText } from '../../../test/doorways/raw.ts';
import { unwrap } from '../../sdk/index.ts';

/** How a right ends: for requests at once, for what is open within a second, and for good. */

let door: Doorway;

beforeEach(async () => {
  door = await Doorway.open();
});

afterEach(() => door.close());

interface Person {
  id: string;
  token: string;
  tokenId: string;
}

const ofUser = (id: string) => ({ params: { path: { id } } });

/** Each way to end a right, and what a request is answered with afterwards. */
const ends: [string, (person: Person) => Promise<unknown>, number][] = [
  [
    'a token is revoked by its user',
    async ({ token, tokenId }) => door.client(token).DELETE('/api/tokens/{id}', ofUser(tokenId)),
    401,
  ],
  [
    'a token is revoked by the owner',
    async ({ id, tokenId }) =>
      door.client().DELETE('/api/users/{id}/tokens/{tokenId}', { params: { path: { id, tokenId } } }),
    401,
  ],
  ['the user is removed', async ({ id }) => door.client().DELETE('/api/users/{id}', ofUser(id)), 401],
  [
    'the user becomes a viewer',
    async ({ id }) => door.client().PATCH('/api/users/{id}', { ...ofUser(id), body: { role: 'viewer' } }),
    403,
  ],
];

const patch = (token: string, session: string) =>
  door.request('PATCH', `/api/sessions/${session}`, { token, json: { name: 'changed' } });

const withinASecond = async <T>(promise: Promise<T>): Promise<T> => {
  const began = performance.now();
  const value = await promise;
  expect(performance.now() - began).toBeLessThan(1000);
  return value;
};

describe.each(ends)('when %s', (_, end, status) => {
  it('requests, sockets and event streams hear of it, and it holds over a restart', async () => {
    const person = await door.newUser('bo');
    const { id } = await door.startSession({}, person.token);
    const listener = await Listener.open(door, { token: person.token });
    listener.subscribe('*');
    await listener.nextOf('token_update');
    const response = await fetch(`${door.url}/api/sessions/${id}/events`, {
      headers: { authorization: `Bearer ${person.token}`, accept: 'text/event-stream' },
    });
    const stream = new EventReader(response.body as ReadableStream<Uint8Array>);
    await stream.take(1);

    await end(person);
    const [closed, , refused] = await Promise.all([
      withinASecond(listener.closed),
      withinASecond(stream.next()).then((heard) => expect(heard).toBeUndefined()),
      patch(person.token, id),
    ]);
    expect(closed.code).toBe(1008);
    expect(refused.status).toBe(status);

    await door.stop();
    await door.start();
    expect((await patch(person.token, id)).status).toBe(status);
    expect((await door.request('GET', `/api/sessions/${id}`)).status).toBe(200);
  });

  it('a request whose body is still to come is refused', async () => {
    const person = await door.newUser('bo');
    const { id } = await door.startSession({}, person.token);
    const body = '{"name":"changed"}';
    const socket = await open(door.port);
    const answer = answerOn(socket);
    socket.write(
      requestText(`PATCH /api/sessions/${id} HTTP/1.1`, [
        `Host: 127.0.0.1:${door.port}`,
        `Authorization: Bearer ${person.token}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
      ]),
    );
    // What comes later over another connection was read later.
    await door.request('GET', '/api/me');
    await end(person);
    socket.write(body);
    expect((await answer).status).toBe(status);
    expect((await door.journal())[id]).toHaveLength(1);
  });

  it('tickets and sign-in links that were asked for before open no more than that', async () => {
    const person = await door.newUser('bo');
    const { id } = await door.startSession({}, person.token);
    const ticket = await door.newTicket(person.token);
    const { url } = unwrap(await door.client(person.token).POST('/api/sign-in-links'));
    await end(person);
    const code = door.secret(new URL(url).hash.slice(1));
    const signedIn = await door.request('POST', '/api/sign-in', { token: '', json: { code } });
    if (status === 401) {
      expect(signedIn.problem.error).toBe('invalid_code');
      await expect(Listener.open(door, { ticket })).rejects.toMatchObject({ status: 401 });
    } else {
      const token = door.secret((signedIn.body as { token: string }).token);
      expect((await patch(token, id)).status).toBe(403);
      (await Listener.open(door, { ticket })).close();
    }
  });
});

describe('a member who was a viewer', () => {
  it('hears no more of sessions of others', async () => {
    const person = await door.newUser('bo', { role: 'viewer' });
    const { id } = await door.startSession();
    const listener = await Listener.open(door, { token: person.token });
    listener.subscribe(id);
    await listener.nextOf('token_update');
    unwrap(await door.client().PATCH('/api/users/{id}', { ...ofUser(person.id), body: { role: 'member' } }));
    await withinASecond(listener.closed);
    const again = await Listener.open(door, { token: person.token });
    again.subscribe(id);
    expect(await again.next()).toMatchObject({ type: 'error', code: 'session_not_found' });
    again.close();
  });
});

describe('a new name', () => {
  it('closes nothing', async () => {
    const person = await door.newUser('bo');
    const { id } = await door.startSession({}, person.token);
    const listener = await Listener.open(door, { token: person.token });
    unwrap(await door.client().PATCH('/api/users/{id}', { ...ofUser(person.id), body: { name: 'Bo' } }));
    listener.subscribe(id);
    expect(await listener.next()).toMatchObject({ type: 'timer_update' });
    listener.close();
  });
});
