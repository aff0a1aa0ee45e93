import { ofDecision, ofDocument } from '../check.ts';
import type { TimerGroup } from '../context.ts';
import {
  bodyOf,
  expectBadField,
  expectSame,
  expectStatus,
  expectSuccess,
  expectThat,
  numberAt,
  objectOf,
  rowsAt,
  textAt,
} from '../judge.ts';
import { expectUsage, expectUsageTotals, idsIn } from './shapes.ts';

const ruleOfHistory = 'GET /api/sessions/:id/tokens answers usage[], totalUsed, averagePerMinute, projectedTotal';
const cumulative =
  'cumulativeTotal is the running total after that row in order of arrival, for every row, also under concurrent posts';
const parts = 'parts posted beside tokensUsed must add up to it (with cacheRead under all), else 400';

/** Tokens: rows of usage and what they add up to. */
export const counting: TimerGroup = {
  name: 'counting',
  title: 'Tokens: recording and counting',
  checks: [
    ofDocument('counting.record', 'POST /api/sessions/:id/tokens records token usage', async (context) => {
      const id = await context.startId();
      await context.record(id, 1500);
      expectSame('tokensUsed of the session', (await context.session(id))['tokensUsed'], 1500);
    }),
    ofDocument('counting.history', ruleOfHistory, async (context) => {
      const id = await context.startId();
      await context.record(id, 5, { operation: 'plan' });
      const history = await context.history(id);
      expectUsageTotals(history);
      const [row = {}] = rowsAt(history, 'usage');
      expectUsage(row);
      expectSame('sessionId', row['sessionId'], id);
      expectSame('tokensUsed', row['tokensUsed'], 5);
      expectSame('operation', row['operation'], 'plan');
    }),
    ofDocument('counting.history-empty', ruleOfHistory, async (context) => {
      const history = await context.history(await context.startId());
      expectSame('usage of a session without any', history['usage'], []);
      for (const field of ['totalUsed', 'averagePerMinute', 'projectedTotal']) expectSame(field, history[field], 0);
    }),
    ofDocument('counting.sum', 'totalUsed is the sum of what was recorded', async (context) => {
      const id = await context.startId();
      for (const tokens of [7, 11, 13]) await context.record(id, tokens);
      expectSame('totalUsed', (await context.history(id))['totalUsed'], 31);
      expectSame('tokensUsed of the session', (await context.session(id))['tokensUsed'], 31);
    }),
    ofDocument('counting.cumulative', 'cumulativeTotal is the running total', async (context) => {
      const id = await context.startId();
      for (const tokens of [7, 11, 13]) await context.record(id, tokens);
      const totals = rowsAt(await context.history(id), 'usage').map((row) => row['cumulativeTotal']);
      expectSame('cumulativeTotal of the rows', totals, [7, 18, 31]);
    }),
    ofDocument('counting.timestamp', 'timestamp may be given', async (context) => {
      const { id, body } = await context.startAnswer({ duration: 60_000 });
      const timestamp = numberAt(body, 'startTime');
      await context.record(id, 2, { timestamp });
      expectSame('timestamp', rowsAt(await context.history(id), 'usage')[0]?.['timestamp'], timestamp);
    }),
    ofDecision(
      'counting.record-201',
      'POST …/tokens answers 201 {usage: TokenUsage, totalUsed, averagePerMinute, projectedTotal}',
      async (context) => {
        const id = await context.startId();
        const answer = await context.record(id, 21);
        expectStatus(answer, 201);
        expectUsageTotals(bodyOf(answer));
        const usage = objectOf('usage', bodyOf(answer)['usage']);
        expectUsage(usage);
        expectSame('totalUsed', bodyOf(answer)['totalUsed'], 21);
        expectSame('rows of the history', rowsAt(await context.history(id), 'usage'), [usage]);
      },
    ),
    ofDecision('counting.cumulative-races', cumulative, async (context) => {
      const id = await context.startId();
      const given = Array.from({ length: 30 }, (_, n) => n + 1);
      const answers = await Promise.all(given.map((tokens) => context.record(id, tokens)));
      const rows = rowsAt(await context.history(id), 'usage');
      let total = 0;
      for (const row of rows) {
        total += numberAt(row, 'tokensUsed');
        expectSame(`cumulativeTotal of row ${textAt(row, 'id')}`, row['cumulativeTotal'], total);
      }
      expectSame('total of 30 concurrent posts', total, 465);
      const told = answers.map((answer) => objectOf('usage', bodyOf(answer)['usage']));
      const byId = new Map(rows.map((row) => [row['id'], row]));
      for (const usage of told) expectSame('the row as it was answered', usage, byId.get(usage['id']));
    }),
    ofDecision('counting.total-of-answer', 'totalUsed of an answer is the total after its row', async (context) => {
      const id = await context.startId();
      const answers = await Promise.all(Array.from({ length: 10 }, () => context.record(id, 4)));
      for (const answer of answers) {
        const usage = objectOf('usage', bodyOf(answer)['usage']);
        expectSame('totalUsed', bodyOf(answer)['totalUsed'], usage['cumulativeTotal']);
      }
    }),
    ofDecision('counting.order', 'usage[] is in order of arrival', async (context) => {
      const { id, body } = await context.startAnswer({ duration: 60_000 });
      const start = numberAt(body, 'startTime');
      for (const [tokens, timestamp] of [
        [1, start + 30],
        [2, start],
        [3, start + 10],
      ]) {
        await context.record(id, tokens ?? 0, { timestamp });
      }
      const met = rowsAt(await context.history(id), 'usage').map((row) => row['tokensUsed']);
      expectSame('rows', met, [1, 2, 3]);
    }),
    ofDecision(
      'counting.pages',
      'GET …/tokens takes limit and after, a usage id; totals over all rows',
      async (context) => {
        const id = await context.startId();
        for (let n = 1; n <= 7; n++) await context.record(id, n);
        const all = idsIn(await context.history(id), 'usage');
        const met: string[] = [];
        for (let page = idsIn(await context.history(id, '?limit=3'), 'usage'); page.length > 0;) {
          met.push(...page);
          const next = await context.history(id, `?limit=3&after=${page.at(-1)}`);
          expectSame('totalUsed of a page', next['totalUsed'], 28);
          page = idsIn(next, 'usage');
        }
        expectSame('rows of a walk in pages of 3', met, all);
      },
    ),
    ofDecision('counting.after-unknown', 'after is a usage id', async (context) => {
      const [id, other] = [await context.startId(), await context.startId()];
      await context.record(other, 1);
      const [foreign] = idsIn(await context.history(other), 'usage');
      for (const after of ['nonsense', foreign]) {
        expectBadField(await context.http.get(`/api/sessions/${id}/tokens?after=${after}`), 'after');
      }
    }),
    ofDecision('counting.late', 'timestamp may lie in the past (late reports)', async (context) => {
      const { id, body } = await context.startAnswer({ duration: 60_000 });
      const timestamp = numberAt(body, 'startTime') - 86_400_000;
      expectStatus(await context.record(id, 5, { timestamp }), 201);
    }),
    ofDecision('counting.future', 'timestamp lies at most 60 s in the future', async (context) => {
      const { id, body } = await context.startAnswer({ duration: 60_000 });
      const start = numberAt(body, 'startTime');
      expectStatus(await context.record(id, 5, { timestamp: start + 30_000 }), 201);
      const json = { tokensUsed: 5, operation: 'future', timestamp: start + 180_000 };
      expectBadField(await context.http.post(`/api/sessions/${id}/tokens`, json), 'timestamp');
    }),
    ofDecision('counting.parts', 'POST …/tokens takes model, parts and costUsd', async (context) => {
      const id = await context.startId();
      const given = { model: 'a-model', input: 5, output: 4, cacheWrite5m: 2, cacheWrite1h: 1, costUsd: '0.0033' };
      const usage = objectOf('usage', bodyOf(await context.record(id, 12, given))['usage']);
      for (const [field, value] of Object.entries(given)) expectSame(field, usage[field], value);
    }),
    ofDecision('counting.parts-sum', parts, async (context) => {
      const id = await context.startId();
      const json = { tokensUsed: 10, operation: 'parts', input: 5, output: 4 };
      expectBadField(await context.http.post(`/api/sessions/${id}/tokens`, json), 'tokensUsed');
      expectSame('tokensUsed of the session', (await context.session(id))['tokensUsed'], 0);
    }),
    ofDecision(
      'counting.cache-reads',
      'cache reads are kept and shown apart and do not count against tokenBudget',
      async (context) => {
        const id = await context.startId({ tokenBudget: 100 });
        const usage = objectOf('usage', bodyOf(await context.record(id, 10, { input: 10, cacheRead: 5000 }))['usage']);
        expectSame('cacheRead', usage['cacheRead'], 5000);
        expectSame('cumulativeTotal', usage['cumulativeTotal'], 10);
        expectSame('tokensUsed of the session', (await context.session(id))['tokensUsed'], 10);
      },
    ),
    ofDecision('counting.cache-reads-all', `under budgetCounts: 'all' cache reads count; ${parts}`, async (context) => {
      const id = await context.startId({ budgetCounts: 'all' });
      const json = { tokensUsed: 10, operation: 'parts', input: 10, cacheRead: 5 };
      expectBadField(await context.http.post(`/api/sessions/${id}/tokens`, json), 'tokensUsed');
      expectStatus(await context.record(id, 15, { input: 10, cacheRead: 5 }), 201);
      expectSame('tokensUsed of the session', (await context.session(id))['tokensUsed'], 15);
    }),
    ofDecision('counting.exact', 'a count is a safe integer, and so is the total', async (context) => {
      const id = await context.startId();
      await context.record(id, Number.MAX_SAFE_INTEGER);
      const json = { tokensUsed: 1, operation: 'one more' };
      expectBadField(await context.http.post(`/api/sessions/${id}/tokens`, json), 'tokensUsed');
      expectSame('totalUsed', (await context.history(id))['totalUsed'], Number.MAX_SAFE_INTEGER);
    }),
    ofDecision('counting.ids', 'a row of usage is known by its id', async (context) => {
      const id = await context.startId();
      await Promise.all(Array.from({ length: 10 }, () => context.record(id, 1)));
      const ids = idsIn(await context.history(id), 'usage');
      expectThat(new Set(ids).size === 10, '10 rows of different ids', ids);
    }),
    ofDocument('counting.operation', 'operation is kept', async (context) => {
      const id = await context.startId();
      expectSuccess(await context.record(id, 1, { operation: 'übersetzen 漢字' }));
      expectSame('operation', rowsAt(await context.history(id), 'usage')[0]?.['operation'], 'übersetzen 漢字');
    }),
  ],
};
