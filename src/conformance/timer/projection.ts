import { setTimeout as wait } from 'node:timers/promises';
import { ofDecision, ofDocument } from '../check.ts';
import type { Context, TimerGroup } from '../context.ts';
import * as formula from '../formula.ts';
import type { Row } from '../formula.ts';
import { bodyOf, expectBetween, expectClose, expectSame, expectStatus, numberAt } from '../judge.ts';
import type { Body } from '../judge.ts';

const average = 'averagePerMinute = total ÷ active minutes since start (at least one second)';
const ofRate = 'the weighted rate of the last 10 intervals between rows by timestamp (0.8 per step back)';
const ofTotal = `projectedTotal = ${ofRate} × remaining active minutes + total, rounded`;
const ofConfidence = 'confidence = clamp(1 − stdev ÷ mean of the last 5 interval rates, 0, 1), 0 under 3 intervals';
const ofLimit = 'timeToLimit = (budget − total) ÷ currentRate, 0 when over, null without a budget or a rate';

/** A report of tokens, so many ms after the start. */
type Report = readonly [afterMs: number, tokens: number];

interface Reported {
  id: string;
  /** The session as it stands, paused. */
  session: Body;
  rows: Row[];
}

/** A paused session with these reports: nothing moves in it any more, so that all figures are exact. */
const reported = async (context: Context, reports: readonly Report[], more: Body = {}): Promise<Reported> => {
  const { id, body } = await context.startAnswer({ duration: 600_000, ...more });
  const start = numberAt(body, 'startTime');
  await context.untilElapsed(id, Math.max(0, ...reports.map(([after]) => after)) + 10);
  await context.change(id, { status: 'paused' });
  const rows = reports.map(([after, tokens]): Row => ({ place: after, timestamp: start + after, tokens }));
  for (const { timestamp, tokens } of rows) await context.record(id, tokens, { timestamp });
  return { id, rows, session: await context.session(id) };
};

const projectionOf = async (context: Context, id: string): Promise<Body> => {
  const answer = await context.http.get(`/api/sessions/${id}/projection`);
  expectStatus(answer, 200);
  return bodyOf(answer);
};

const expectProjected = async (context: Context, { id, rows, session }: Reported): Promise<void> => {
  const projection = await projectionOf(context, id);
  expectClose('currentRate', numberAt(projection, 'currentRate'), formula.currentRate(rows));
  expectClose('confidence', numberAt(projection, 'confidence'), formula.confidence(rows));
  const total = formula.projectedTotal(rows, numberAt(session, 'remaining'));
  expectSame('projectedTotal', projection['projectedTotal'], total);
  expectSame('projectedTotal of the history', (await context.history(id))['projectedTotal'], total);
};

const uneven: readonly Report[] = [
  [100, 40],
  [250, 90],
  [300, 10],
  [700, 400],
  [710, 5],
];
const even: readonly Report[] = [100, 200, 300, 400, 500].map((after) => [after, 50]);
const many: readonly Report[] = Array.from({ length: 15 }, (_, n) => [n * 60 + (n % 3) * 7, 10 + n * n]);

/** Where usage is heading, against the suite's own arithmetic. */
export const projection: TimerGroup = {
  name: 'projection',
  title: 'Average and projection',
  checks: [
    ofDocument('projection.average-sign', 'averagePerMinute is over 0 once tokens were used', async (context) => {
      const id = await context.startId();
      await context.record(id, 100);
      expectBetween('averagePerMinute', numberAt(await context.history(id), 'averagePerMinute'), 1e-9, 1e12);
    }),
    ofDecision('projection.average', average, async (context) => {
      const { id, session } = await reported(context, [
        [500, 300],
        [1200, 200],
      ]);
      const expected = formula.averagePerMinute(500, numberAt(session, 'elapsed'));
      expectClose('averagePerMinute', numberAt(await context.history(id), 'averagePerMinute'), expected);
    }),
    ofDecision('projection.average-first-second', average, async (context) => {
      const id = await context.startId();
      await context.change(id, { status: 'paused' });
      await context.record(id, 10);
      expectClose('averagePerMinute', numberAt(await context.history(id), 'averagePerMinute'), 600);
    }),
    ofDecision('projection.empty', 'with under 3 rows the projection is the total', async (context) => {
      const met = await projectionOf(context, await context.startId({ tokenBudget: 10 }));
      const expected = { currentRate: 0, projectedTotal: 0, timeToLimit: null, confidence: 0 };
      for (const [field, value] of Object.entries(expected)) expectSame(field, met[field], value);
    }),
    ofDecision('projection.two-rows', 'with under 3 rows the projection is the total', async (context) => {
      const { id } = await reported(context, [
        [100, 30],
        [400, 40],
      ]);
      const met = await projectionOf(context, id);
      expectSame('projectedTotal', met['projectedTotal'], 70);
      expectSame('confidence', met['confidence'], 0);
    }),
    ofDecision('projection.rate', ofTotal, async (context) => {
      await expectProjected(context, await reported(context, uneven));
    }),
    ofDecision('projection.last-ten', ofTotal, async (context) => {
      await expectProjected(context, await reported(context, many));
    }),
    ofDecision(
      'projection.arrival',
      `${ofTotal}; rows that arrive out of order are placed by timestamp`,
      async (context) => {
        await expectProjected(context, await reported(context, uneven.toReversed()));
      },
    ),
    ofDecision('projection.zero-length', 'an interval of zero length is joined to the next', async (context) => {
      const doubled: readonly Report[] = [
        [100, 40],
        [100, 60],
        [300, 10],
        [300, 20],
        [500, 30],
        [900, 7],
      ];
      await expectProjected(context, await reported(context, doubled));
    }),
    ofDecision('projection.in-pause', 'intervals are in active time', async (context) => {
      const { id, body } = await context.startAnswer({ duration: 600_000 });
      const start = numberAt(body, 'startTime');
      await context.untilElapsed(id, 300);
      const paused = await context.change(id, { status: 'paused' });
      await wait(300);
      const resumed = await context.change(id, { status: 'active' });
      const before = numberAt(paused, 'elapsed');
      const back = numberAt(resumed, 'updatedAt');
      await context.untilElapsed(id, before + 250);
      await context.change(id, { status: 'paused' });
      const rows: Row[] = [
        { place: 100, timestamp: start + 100, tokens: 20 },
        { place: 250, timestamp: start + 250, tokens: 30 },
        { place: before, timestamp: back - 100, tokens: 40 },
        { place: before + 200, timestamp: back + 200, tokens: 50 },
      ];
      for (const { timestamp, tokens } of rows) await context.record(id, tokens, { timestamp });
      await expectProjected(context, { id, rows, session: await context.session(id) });
    }),
    ofDecision('projection.while-active', ofTotal, async (context) => {
      const { id, body } = await context.startAnswer({ duration: 600_000 });
      const start = numberAt(body, 'startTime');
      await context.untilElapsed(id, 510);
      const rows = even.map(([after, tokens]): Row => ({ place: after, timestamp: start + after, tokens }));
      for (const { timestamp, tokens } of rows) await context.record(id, tokens, { timestamp });
      const most = formula.projectedTotal(rows, numberAt(await context.session(id), 'remaining'));
      const met = numberAt(await projectionOf(context, id), 'projectedTotal');
      const least = formula.projectedTotal(rows, numberAt(await context.session(id), 'remaining'));
      expectBetween('projectedTotal', met, least, most);
    }),
    ofDecision('projection.confidence-even', ofConfidence, async (context) => {
      const { id } = await reported(context, even);
      expectClose('confidence of an even pace', numberAt(await projectionOf(context, id), 'confidence'), 1);
    }),
    ofDecision('projection.confidence-two-intervals', ofConfidence, async (context) => {
      const { id } = await reported(context, even.slice(0, 3));
      expectSame('confidence under 3 intervals', (await projectionOf(context, id))['confidence'], 0);
    }),
    ofDecision('projection.time-to-limit', ofLimit, async (context) => {
      const { id, rows } = await reported(context, even, { tokenBudget: 1_000_000 });
      const met = numberAt(await projectionOf(context, id), 'timeToLimit');
      expectClose('timeToLimit', met, formula.timeToLimit(rows, 1_000_000));
    }),
    ofDecision('projection.time-to-limit-over', ofLimit, async (context) => {
      const { id } = await reported(context, even, { tokenBudget: 250 });
      expectSame('timeToLimit of a budget that is used up', (await projectionOf(context, id))['timeToLimit'], 0);
    }),
    ofDecision('projection.time-to-limit-no-budget', ofLimit, async (context) => {
      const { id } = await reported(context, even);
      expectSame('timeToLimit without a budget', (await projectionOf(context, id))['timeToLimit'], null);
    }),
    ofDecision('projection.completed', 'when completed, the projection is the total', async (context) => {
      const { id } = await reported(context, even);
      await context.change(id, { status: 'completed' });
      expectSame('projectedTotal', (await projectionOf(context, id))['projectedTotal'], 250);
    }),
  ],
};
