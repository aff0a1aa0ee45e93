import { setTimeout as wait } from 'node:timers/promises';
import { ofDecision } from '../check.ts';
import type { Context, TimerCheck, TimerGroup } from '../context.ts';
import { expectSame, expectThat, numberAt, objectOf, rowsAt } from '../judge.ts';
import type { Body } from '../judge.ts';

const once = 'alerts are raised once per session and threshold';
const budget = 1000;

/** Alerts of a session, in order, from its events. */
const alertsOf = async (context: Context, id: string): Promise<Body[]> =>
  rowsAt(await context.events(id), 'events')
    .filter((event) => event['type'] === 'alert_raised')
    .map((event) => objectOf('data of the alert', event['data']));

const thresholdsOf = async (context: Context, id: string): Promise<unknown[]> =>
  (await alertsOf(context, id)).map(({ threshold }) => threshold);

/** The same without what is said of where the pace leads, which quick reports may bring. */
const reachedBy = async (context: Context, id: string): Promise<unknown[]> =>
  (await thresholdsOf(context, id)).filter((threshold) => threshold !== 'budget_projected');

/** Reports of tokens one after the other against a budget of {@link budget}, and the thresholds that they reach. */
const crossing = (name: string, rule: string, reports: readonly number[], expected: readonly string[]): TimerCheck =>
  ofDecision(`alerts.${name}`, rule, async (context) => {
    const id = await context.startId({ tokenBudget: budget });
    for (const tokens of reports) await context.record(id, tokens);
    expectSame(`thresholds after reports of ${reports.join(', ')}`, await reachedBy(context, id), expected);
  });

/** Steady reports whose timestamps lie in the past. */
const recordSteadily = async (context: Context, id: string, start: number, tokens: readonly number[]) => {
  await context.untilElapsed(id, tokens.length * 100 + 10);
  for (const [n, each] of tokens.entries()) await context.record(id, each, { timestamp: start + (n + 1) * 100 });
};

/** What is said of a budget and a time that run out. */
export const alerts: TimerGroup = {
  name: 'alerts',
  title: 'Alerts',
  checks: [
    crossing('below-80', '≥ 80 % of budget: warning', [799], []),
    crossing('at-80', '≥ 80 % of budget: warning', [800], ['budget_80']),
    crossing('at-95', '≥ 95 % of budget: error', [800, 150], ['budget_80', 'budget_95']),
    crossing('at-100', '≥ 100 % of budget: error', [800, 150, 50], ['budget_80', 'budget_95', 'budget_100']),
    crossing('burst', 'a burst that crosses two raises the higher only', [960], ['budget_95']),
    crossing('burst-over', 'a burst that crosses two raises the higher only', [5000], ['budget_100']),
    crossing('once', once, [800, 1, 1, 1], ['budget_80']),
    crossing('lower-after-higher', 'a burst that crosses two raises the higher only', [1000, 1], ['budget_100']),
    ofDecision('alerts.levels', 'the levels: 80 % warning, 95 % error, 100 % error', async (context) => {
      const id = await context.startId({ tokenBudget: budget });
      for (const tokens of [800, 150, 50]) await context.record(id, tokens);
      const alerts = (await alertsOf(context, id)).filter(({ threshold }) => threshold !== 'budget_projected');
      const levels = alerts.map(({ level }) => level);
      expectSame('levels', levels, ['warning', 'error', 'error']);
    }),
    ofDecision('alerts.once-in-races', once, async (context) => {
      const id = await context.startId({ tokenBudget: budget });
      await Promise.all(Array.from({ length: 20 }, () => context.record(id, 100)));
      const met = await thresholdsOf(context, id);
      expectSame('thresholds of 20 concurrent reports', new Set(met).size, met.length);
      expectThat(met.includes('budget_100'), 'an alert at 100 %', met);
    }),
    ofDecision('alerts.again', 'raised again only after the budget was changed', async (context) => {
      const id = await context.startId({ tokenBudget: budget });
      await context.record(id, 800);
      await context.change(id, { tokenBudget: 2 * budget });
      await context.record(id, 700);
      expectSame('thresholds', await reachedBy(context, id), ['budget_80']);
      await context.record(id, 100);
      expectSame('thresholds after 80 % of the new budget', await reachedBy(context, id), ['budget_80', 'budget_80']);
    }),
    ofDecision('alerts.lowered', 'raised again only after the budget was changed', async (context) => {
      const id = await context.startId({ tokenBudget: 10 * budget });
      await context.record(id, 900);
      await context.change(id, { tokenBudget: budget });
      expectSame('thresholds after the budget was lowered', await reachedBy(context, id), ['budget_80']);
    }),
    ofDecision('alerts.no-budget', 'a session without a budget raises none', async (context) => {
      const id = await context.startId();
      await context.record(id, 1_000_000);
      expectSame('thresholds', await reachedBy(context, id), []);
    }),
    ofDecision('alerts.projected', 'projected over budget with confidence > 0.5: warning', async (context) => {
      const { id, body } = await context.startAnswer({ duration: 600_000, tokenBudget: 10_000 });
      await recordSteadily(context, id, numberAt(body, 'startTime'), [50, 50, 50, 50, 50]);
      const met = (await alertsOf(context, id)).map(({ threshold, level }) => [threshold, level]);
      expectSame('alerts', met, [['budget_projected', 'warning']]);
    }),
    ofDecision('alerts.projected-unsure', 'projected over budget with confidence > 0.5: warning', async (context) => {
      const { id, body } = await context.startAnswer({ duration: 600_000, tokenBudget: 100_000 });
      await recordSteadily(context, id, numberAt(body, 'startTime'), [1, 1, 2000, 1, 2000]);
      expectSame('thresholds of an uneven pace', await thresholdsOf(context, id), []);
    }),
    ofDecision('alerts.ten-minutes', '10 min left: warning (only where duration is over 10 min)', async (context) => {
      const id = await context.startId({ duration: 600_400 });
      expectSame('thresholds before', await thresholdsOf(context, id), []);
      await wait(1500);
      const met = (await alertsOf(context, id)).map(({ threshold, level }) => [threshold, level]);
      expectSame('alerts', met, [['time_10m', 'warning']]);
    }),
    ofDecision('alerts.ten-minutes-short', '10 min left: only where duration is over 10 min', async (context) => {
      const id = await context.startId({ duration: 600_000 });
      await wait(1100);
      expectSame('thresholds', await thresholdsOf(context, id), []);
    }),
    ofDecision('alerts.pause', "onBudget: 'pause' pauses the session at 100 %", async (context) => {
      const id = await context.startId({ tokenBudget: 100, onBudget: 'pause' });
      await context.record(id, 99);
      expectSame('status at 99 %', (await context.session(id))['status'], 'active');
      await context.record(id, 1);
      expectSame('status at 100 %', (await context.session(id))['status'], 'paused');
    }),
    ofDecision('alerts.pause-resume', 'raising tokenBudget then resumes it', async (context) => {
      const id = await context.startId({ tokenBudget: 100, onBudget: 'pause' });
      await context.record(id, 100);
      expectSame('status', (await context.change(id, { tokenBudget: 200 }))['status'], 'active');
    }),
    ofDecision('alerts.pause-own', 'raising tokenBudget resumes only what the budget paused', async (context) => {
      const id = await context.startId({ tokenBudget: 100, onBudget: 'pause' });
      await context.change(id, { status: 'paused' });
      expectSame('status', (await context.change(id, { tokenBudget: 200 }))['status'], 'paused');
    }),
    ofDecision('alerts.warn', "without onBudget: 'pause' the session runs on past its budget", async (context) => {
      const id = await context.startId({ tokenBudget: 100 });
      await context.record(id, 500);
      expectSame('status', (await context.session(id))['status'], 'active');
    }),
  ],
};
