import { ofDecision } from '../check.ts';
import type { Context, TimerGroup } from '../context.ts';
import { bodyOf, expectSame, expectStatus, expectThat, numberAt, rowsAt, textAt } from '../judge.ts';
import type { Body } from '../judge.ts';
import { expectSession, idsIn } from './shapes.ts';

const newestFirst = 'lists are newest first, ties by id';
const walks = 'a walk by cursor= neither repeats nor drops a session that existed at its start and still does';

/** Sessions under a name that only they have, so that those of others on the server do not show; oldest first. */
const series = async (context: Context, count: number): Promise<{ name: string; ids: string[] }> => {
  const name = `list ${crypto.randomUUID()}`;
  const places: [startTime: number, id: string][] = [];
  for (let n = 0; n < count; n++) {
    const session = await context.start({ name: `${name} ${n}` });
    places.push([numberAt(session, 'startTime'), textAt(session, 'id')]);
  }
  // Two may have been started in one millisecond: then their ids decide.
  const oldestFirst = places.toSorted(([a, idOfA], [b, idOfB]) => a - b || (idOfA < idOfB ? -1 : 1));
  return { name, ids: oldestFirst.map(([, id]) => id) };
};

const list = async ({ http }: Context, query: Record<string, string | number>): Promise<Body> => {
  const text = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  const answer = await http.get(`/api/sessions?${text.join('&')}`);
  expectStatus(answer, 200);
  return bodyOf(answer);
};

/** Ids on all pages; `between` is done after the first. */
const walk = async (
  context: Context,
  query: Record<string, string | number>,
  between: () => Promise<unknown> = async () => undefined,
): Promise<string[]> => {
  let page = await list(context, query);
  const met = idsIn(page, 'sessions');
  await between();
  while ('cursor' in page) {
    page = await list(context, { ...query, cursor: textAt(page, 'cursor') });
    met.push(...idsIn(page, 'sessions'));
  }
  return met;
};

/** Lists of sessions, and walks through them. */
export const lists: TimerGroup = {
  name: 'lists',
  title: 'Lists and cursors',
  checks: [
    ofDecision(
      'lists.shape',
      'GET /api/sessions answers {sessions: Session[], total, limit, offset, cursor?}',
      async (context) => {
        const { name, ids } = await series(context, 2);
        const body = await list(context, { q: name });
        for (const session of rowsAt(body, 'sessions')) expectSession(session);
        expectSame('sessions', idsIn(body, 'sessions'), ids.toReversed());
        expectSame('total', body['total'], 2);
        expectSame('limit', body['limit'], 50);
        expectSame('offset', body['offset'], 0);
        expectThat(!('cursor' in body), 'cursor to be absent at the end', body['cursor']);
      },
    ),
    ofDecision('lists.newest-first', newestFirst, async (context) => {
      const { name, ids } = await series(context, 6);
      expectSame('sessions', idsIn(await list(context, { q: name }), 'sessions'), ids.toReversed());
    }),
    ofDecision('lists.order', newestFirst, async (context) => {
      await series(context, 3);
      const rows = rowsAt(await list(context, { limit: 200 }), 'sessions');
      const places = rows.map((row) => [numberAt(row, 'startTime'), textAt(row, 'id')] as const);
      const sorted = places.toSorted((a, b) => b[0] - a[0] || (a[1] < b[1] ? 1 : -1));
      expectSame('order of the list', places, sorted);
    }),
    ofDecision('lists.limit', 'limit? 1–200', async (context) => {
      const { name, ids } = await series(context, 3);
      const body = await list(context, { q: name, limit: 2 });
      expectSame('sessions', idsIn(body, 'sessions'), ids.toReversed().slice(0, 2));
      expectSame('limit', body['limit'], 2);
      expectSame('total', body['total'], 3);
      expectSame('limit', (await list(context, { limit: 200 }))['limit'], 200);
    }),
    ofDecision('lists.offset', 'offset counts from the newest at each call', async (context) => {
      const { name, ids } = await series(context, 4);
      const body = await list(context, { q: name, offset: 1, limit: 2 });
      expectSame('sessions', idsIn(body, 'sessions'), ids.toReversed().slice(1, 3));
      expectSame('offset', body['offset'], 1);
      expectSame('sessions past the end', idsIn(await list(context, { q: name, offset: 10 }), 'sessions'), []);
    }),
    ofDecision('lists.status', 'status? filters', async (context) => {
      const { name, ids } = await series(context, 3);
      await context.change(ids[1] ?? '', { status: 'paused' });
      await context.change(ids[2] ?? '', { status: 'completed' });
      for (const [n, status] of ['active', 'paused', 'completed'].entries()) {
        const body = await list(context, { q: name, status });
        expectSame(`${status} sessions`, idsIn(body, 'sessions'), [ids[n]]);
        expectSame('total', body['total'], 1);
      }
    }),
    ofDecision('lists.kind', 'kind? filters', async (context) => {
      const { name, ids } = await series(context, 1);
      expectSame('timers', idsIn(await list(context, { q: name, kind: 'timer' }), 'sessions'), ids);
      expectSame('research', idsIn(await list(context, { q: name, kind: 'research' }), 'sessions'), []);
    }),
    ofDecision('lists.q', 'q: name contains', async (context) => {
      const { name, ids } = await series(context, 2);
      expectSame('sessions', idsIn(await list(context, { q: `${name.slice(3)} 1` }), 'sessions'), [ids[1]]);
      expectSame('sessions', idsIn(await list(context, { q: `${name}%` }), 'sessions'), []);
      expectSame('sessions', idsIn(await list(context, { q: `${name}_` }), 'sessions'), []);
    }),
    ofDecision('lists.cursor', walks, async (context) => {
      const { name, ids } = await series(context, 7);
      expectSame('a walk in pages of 3', await walk(context, { q: name, limit: 3 }), ids.toReversed());
      expectSame('a walk in pages of 1', await walk(context, { q: name, limit: 1 }), ids.toReversed());
    }),
    ofDecision('lists.cursor-even', 'cursor is absent at the end', async (context) => {
      const { name } = await series(context, 4);
      const first = await list(context, { q: name, limit: 2 });
      const last = await list(context, { q: name, limit: 2, cursor: textAt(first, 'cursor') });
      expectThat(!('cursor' in last), 'cursor to be absent on the last page', last['cursor']);
    }),
    ofDecision('lists.cursor-new', walks, async (context) => {
      const { name, ids } = await series(context, 5);
      const begin = () => context.startId({ name: `${name} new` });
      expectSame('a walk while sessions begin', await walk(context, { q: name, limit: 2 }, begin), ids.toReversed());
    }),
    ofDecision('lists.cursor-changes', walks, async (context) => {
      const { name, ids } = await series(context, 6);
      const met = await walk(context, { q: name, limit: 2 }, async () => {
        // The one that the cursor stands on goes, one that is still to come changes.
        await context.change(ids[4] ?? '', { status: 'completed' });
        await context.http.ask('DELETE', `/api/sessions/${ids[4]}`);
        await context.record(ids[1] ?? '', 5);
        await context.change(ids[0] ?? '', { status: 'paused' });
      });
      expectSame('a walk while sessions change', met, ids.toReversed());
    }),
    ofDecision('lists.deleted', 'a deleted session is in no list', async (context) => {
      const { name, ids } = await series(context, 2);
      await context.change(ids[0] ?? '', { status: 'completed' });
      await context.http.ask('DELETE', `/api/sessions/${ids[0]}`);
      const body = await list(context, { q: name });
      expectSame('sessions', idsIn(body, 'sessions'), [ids[1]]);
      expectSame('total', body['total'], 1);
    }),
    ofDecision('lists.current', 'a list shows a session as it stands', async (context) => {
      const { name, ids } = await series(context, 1);
      const id = ids[0] ?? '';
      await context.record(id, 17);
      await context.change(id, { status: 'paused', tokenBudget: 170 });
      const { checkpoints: _, ...session } = await context.session(id);
      expectSame('the session in the list', rowsAt(await list(context, { q: name }), 'sessions'), [session]);
    }),
  ],
};
