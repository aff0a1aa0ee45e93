import { ofDecision } from '../check.ts';
import type { Context, TimerGroup } from '../context.ts';
import {
  expectBadField,
  expectHeader,
  expectSame,
  expectStatus,
  expectThat,
  isObject,
  numberAt,
  rowsAt,
} from '../judge.ts';
import type { Body } from '../judge.ts';
import type { Answer } from '../http.ts';
import { expectEvent, typesIn } from './shapes.ts';

const shape = 'GET …/events answers {events: [{position, session, seq, type, at, data}], next?}';
const live = 'Accept: text/event-stream follows live: id = seq, event = type, data = the object';

interface Sent {
  id: string | undefined;
  event: string | undefined;
  data: Body;
}

/** Whole blocks of a stream of server-sent events that carry data. */
const sentIn = (text: string): Sent[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 1).trim()]),
      );
      const data = fields.get('data');
      if (data === undefined) return [];
      const value: unknown = JSON.parse(data);
      return [{ id: fields.get('id'), event: fields.get('event'), data: isObject(value) ? value : { value } }];
    });

/** Follows a session until so many events have come. */
const follow = async (
  { http }: Context,
  id: string,
  count: number,
  headers = {},
  query = '',
): Promise<[Sent[], Answer]> => {
  const accept = { accept: 'text/event-stream' };
  const answer = await http.stream(
    `/api/sessions/${id}/events${query}`,
    { ...accept, ...headers },
    (text) => sentIn(text).length >= count,
  );
  return [sentIn(answer.text), answer];
};

const busy = async (context: Context): Promise<string> => {
  const id = await context.startId({ tokenBudget: 100 });
  await context.record(id, 80);
  await context.change(id, { status: 'paused' });
  await context.change(id, { name: 'other', tokenBudget: 200, duration: 60_000, status: 'active' });
  await context.http.post(`/api/sessions/${id}/checkpoints`, { phase: 'p', promptCount: 1 });
  await context.change(id, { status: 'completed' });
  return id;
};

/** The session's journal, in pages and as it goes on. */
export const events: TimerGroup = {
  name: 'events',
  title: 'Events and server-sent events',
  checks: [
    ofDecision('events.shape', shape, async (context) => {
      const id = await busy(context);
      const body = await context.events(id);
      for (const event of rowsAt(body, 'events')) expectEvent(event, id);
      expectThat(!('next' in body), 'next to be absent at the end', body['next']);
    }),
    ofDecision('events.types', 'events are what happened to a session, in order', async (context) => {
      const met = typesIn(await context.events(await busy(context)));
      expectSame('the first event', met[0], 'started');
      expectSame('the last event', met.at(-1), 'completed');
      for (const type of [
        'tokens_recorded',
        'alert_raised',
        'paused',
        'resumed',
        'renamed',
        'budget_changed',
        'duration_changed',
        'checkpoint_reached',
      ]) {
        expectThat(met.includes(type), `an event ${type}`, met);
      }
    }),
    ofDecision('events.seq', 'seq is from 0 without gaps per session', async (context) => {
      const seqs = rowsAt(await context.events(await busy(context)), 'events').map(({ seq }) => seq);
      expectSame(
        'seq of the events',
        seqs,
        seqs.map((_, n) => n),
      );
    }),
    ofDecision('events.position', 'position is rising', async (context) => {
      const positions = rowsAt(await context.events(await busy(context)), 'events').map((row) =>
        numberAt(row, 'position'),
      );
      expectThat(
        positions.every((position, n) => n === 0 || position > (positions[n - 1] ?? 0)),
        'position to rise from event to event',
        positions,
      );
    }),
    ofDecision('events.pages', 'GET …/events takes after, a seq, and limit; next leads on', async (context) => {
      const id = await busy(context);
      const all = rowsAt(await context.events(id), 'events');
      const met: Body[] = [];
      for (let query: string | undefined = '?limit=3'; query !== undefined;) {
        const page: Body = await context.events(id, query);
        met.push(...rowsAt(page, 'events'));
        query = 'next' in page ? `?limit=3&after=${numberAt(page, 'next')}` : undefined;
      }
      expectSame('events of a walk in pages of 3', met, all);
    }),
    ofDecision('events.after', 'GET …/events takes after, a seq', async (context) => {
      const id = await busy(context);
      const seqs = rowsAt(await context.events(id, '?after=2&limit=1000'), 'events').map(({ seq }) => seq);
      expectSame('the first seq after 2', seqs[0], 3);
      expectSame('events after the last', rowsAt(await context.events(id, '?after=100000'), 'events'), []);
    }),
    ofDecision('events.bad-query', 'numbers in queries are digits only', async (context) => {
      const id = await context.startId();
      expectBadField(await context.http.get(`/api/sessions/${id}/events?after=-1`), 'after');
      expectBadField(await context.http.get(`/api/sessions/${id}/events?limit=0`), 'limit');
    }),
    ofDecision('events.refused', 'a refusal leaves no event', async (context) => {
      const id = await context.startId();
      await context.http.post(`/api/sessions/${id}/tokens`, { tokensUsed: -1, operation: 'o' });
      await context.http.ask('DELETE', `/api/sessions/${id}`);
      expectSame('events', typesIn(await context.events(id)), ['started']);
    }),
    ofDecision('events.stream', live, async (context) => {
      const id = await busy(context);
      const all = rowsAt(await context.events(id), 'events');
      const [met, answer] = await follow(context, id, all.length);
      expectStatus(answer, 200);
      expectHeader(answer, 'content-type', 'text/event-stream');
      expectSame(
        'data of the stream',
        met.map(({ data }) => data),
        all,
      );
      expectSame(
        'ids of the stream',
        met.map(({ id }) => id),
        all.map(({ seq }) => String(seq)),
      );
      expectSame(
        'types of the stream',
        met.map(({ event }) => event),
        all.map(({ type }) => type),
      );
    }),
    ofDecision('events.stream-live', live, async (context) => {
      const id = await context.startId();
      const following = follow(context, id, 3);
      await context.record(id, 5);
      await context.change(id, { status: 'paused' });
      const [met] = await following;
      expectSame(
        'types of the stream',
        met.map(({ event }) => event),
        ['started', 'tokens_recorded', 'paused'],
      );
    }),
    ofDecision('events.stream-resume', 'Last-Event-ID resumes', async (context) => {
      const id = await busy(context);
      const all = rowsAt(await context.events(id), 'events');
      const [met] = await follow(context, id, all.length - 3, { 'last-event-id': '2' });
      expectSame(
        'events after Last-Event-ID 2',
        met.map(({ data }) => data),
        all.slice(3),
      );
    }),
    ofDecision('events.stream-resume-bad', 'bad input: 400 with the path of each bad field', async (context) => {
      const id = await context.startId();
      const headers = { accept: 'text/event-stream', 'last-event-id': 'nonsense' };
      expectBadField(await context.http.get(`/api/sessions/${id}/events`, { headers }), 'Last-Event-ID');
    }),
  ],
};
