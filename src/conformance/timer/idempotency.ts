import { ofDecision } from '../check.ts';
import type { TimerGroup } from '../context.ts';
import {
  bodyOf,
  expectBadField,
  expectProblem,
  expectRefusal,
  expectSame,
  expectStatus,
  rowsAt,
  textAt,
} from '../judge.ts';

const sameAnswer = 'every POST takes Idempotency-Key; same body: waits for the first and gives its answer';
const otherBody = 'Idempotency-Key with another body: 422';
const racers = 10;

const newKey = () => ({ headers: { 'idempotency-key': crypto.randomUUID() } });

/** The same request, sent again. */
export const idempotency: TimerGroup = {
  name: 'idempotency',
  title: 'Idempotency-Key',
  checks: [
    ofDecision('idempotency.start', sameAnswer, async (context) => {
      const key = newKey();
      const json = { duration: 60_000, name: `once ${crypto.randomUUID()}` };
      const first = await context.http.post('/api/sessions', json, key);
      context.adopt(textAt(bodyOf(first), 'id'));
      const again = await context.http.post('/api/sessions', json, key);
      expectStatus(again, first.status);
      expectSame('the answer again', again.body, first.body);
      const met = await context.http.get(`/api/sessions?q=${encodeURIComponent(json.name)}`);
      expectSame('sessions of that name', rowsAt(bodyOf(met), 'sessions').length, 1);
    }),
    ofDecision('idempotency.start-other', otherBody, async (context) => {
      const key = newKey();
      const first = await context.http.post('/api/sessions', { duration: 60_000 }, key);
      context.adopt(textAt(bodyOf(first), 'id'));
      expectRefusal(await context.http.post('/api/sessions', { duration: 60_001 }, key), 422, 'idempotency_key_reused');
    }),
    ofDecision('idempotency.tokens', sameAnswer, async (context) => {
      const id = await context.startId();
      const [key, json] = [newKey(), { tokensUsed: 9, operation: 'once' }];
      const first = await context.http.post(`/api/sessions/${id}/tokens`, json, key);
      const again = await context.http.post(`/api/sessions/${id}/tokens`, json, key);
      expectStatus(again, 201);
      expectSame('the answer again', again.body, first.body);
      expectSame('totalUsed', (await context.history(id))['totalUsed'], 9);
    }),
    ofDecision('idempotency.tokens-other', otherBody, async (context) => {
      const id = await context.startId();
      const key = newKey();
      await context.http.post(`/api/sessions/${id}/tokens`, { tokensUsed: 9, operation: 'once' }, key);
      const other = { tokensUsed: 10, operation: 'once' };
      expectRefusal(await context.http.post(`/api/sessions/${id}/tokens`, other, key), 422, 'idempotency_key_reused');
      expectSame('totalUsed', (await context.history(id))['totalUsed'], 9);
    }),
    ofDecision('idempotency.tokens-races', sameAnswer, async (context) => {
      const id = await context.startId();
      const [key, json] = [newKey(), { tokensUsed: 9, operation: 'once' }];
      const answers = await Promise.all(
        Array.from({ length: racers }, () => context.http.post(`/api/sessions/${id}/tokens`, json, key)),
      );
      expectSame('answers that differ', new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1);
      expectSame('rows', rowsAt(await context.history(id), 'usage').length, 1);
    }),
    ofDecision('idempotency.checkpoints', sameAnswer, async (context) => {
      const id = await context.startId();
      const [key, json] = [newKey(), { phase: 'once', promptCount: 1 }];
      const first = await context.http.post(`/api/sessions/${id}/checkpoints`, json, key);
      const again = await context.http.post(`/api/sessions/${id}/checkpoints`, json, key);
      expectSame('the answer again', [again.status, again.body], [first.status, first.body]);
      expectSame('checkpoints', rowsAt(await context.session(id), 'checkpoints').length, 1);
    }),
    ofDecision('idempotency.checkpoints-other', otherBody, async (context) => {
      const path = `/api/sessions/${await context.startId()}/checkpoints`;
      const key = newKey();
      await context.http.post(path, { phase: 'once', promptCount: 1 }, key);
      expectRefusal(
        await context.http.post(path, { phase: 'twice', promptCount: 1 }, key),
        422,
        'idempotency_key_reused',
      );
    }),
    ofDecision('idempotency.route', 'the key belongs to caller and route', async (context) => {
      const key = newKey();
      const [a, b] = [await context.startId(), await context.startId()];
      const json = { tokensUsed: 9, operation: 'each' };
      for (const id of [a, b]) expectStatus(await context.http.post(`/api/sessions/${id}/tokens`, json, key), 201);
      for (const id of [a, b]) expectSame('totalUsed', (await context.history(id))['totalUsed'], 9);
    }),
    ofDecision('idempotency.after-end', 'the answer of the first is kept', async (context) => {
      const id = await context.startId();
      const [key, json] = [newKey(), { tokensUsed: 9, operation: 'once' }];
      const first = await context.http.post(`/api/sessions/${id}/tokens`, json, key);
      await context.change(id, { status: 'completed' });
      const again = await context.http.post(`/api/sessions/${id}/tokens`, json, key);
      expectSame('the answer again', [again.status, again.body], [201, first.body]);
    }),
    ofDecision('idempotency.without', 'without a key a POST is performed as often as it comes', async (context) => {
      const id = await context.startId();
      await context.record(id, 5);
      await context.record(id, 5);
      expectSame('totalUsed', (await context.history(id))['totalUsed'], 10);
    }),
    ofDecision('idempotency.refused', 'bad input changes nothing: its key can be used again', async (context) => {
      const id = await context.startId();
      const key = newKey();
      const path = `/api/sessions/${id}/tokens`;
      expectProblem(await context.http.post(path, { tokensUsed: 0, operation: 'o' }, key), 400);
      expectStatus(await context.http.post(path, { tokensUsed: 4, operation: 'o' }, key), 201);
    }),
    ofDecision('idempotency.key-long', 'a key that is too long: 400', async (context) => {
      const asking = { headers: { 'idempotency-key': 'k'.repeat(1000) } };
      expectBadField(await context.http.post('/api/sessions', { duration: 1000 }, asking), 'Idempotency-Key');
    }),
  ],
};
