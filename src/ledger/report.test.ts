/** Reports of made-up responses: what is in which row, in which order, in time zones of every kind. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageReportKinds, usageReportSchemas } from '../contract/usage-report.ts';
import type { UsageReportKind, UsageSums } from '../contract/usage-report.ts';
import type { UsageQuery } from '../contract/usage.ts';
import { picoOf, usdText } from './prices/usd.ts';
import { queryOf, readReport, reportOf } from './report.ts';
import type { ReportOptions } from './report.ts';
import { readsOf } from './report/reads.suite.ts';
import type { Used } from './report/reads.suite.ts';

const at = (text: string): number => Date.parse(text);
const now = at('2026-11-20T12:00:00Z');
const dollar = 1e12;

const report = <K extends UsageReportKind>(kind: K, all: readonly Used[], options: Partial<ReportOptions> = {}) =>
  readReport(kind, { timeZone: 'UTC', now, ...options }, readsOf(all));

const input = (rows: readonly UsageSums[]): number[] => rows.map((row) => row.input);

describe('a report', () => {
  const all: Used[] = [
    { at: at('2026-11-02T10:00:00Z'), model: 'opus', input: 1, output: 20, reasoning: 5, costPico: 2 * dollar },
    { at: at('2026-11-02T11:00:00Z'), model: 'sonnet', input: 2, cacheRead: 9, cacheWrite5m: 3, cacheWrite1h: 4 },
    { at: at('2026-11-09T10:00:00Z'), model: 'sonnet', input: 4, costPico: 1, incomplete: 1 },
    { at: at('2026-10-31T23:59:59.999Z'), model: 'new', input: 8, unpriced: 1 },
  ];

  it('has the sums of each row and of all', async () => {
    const { rows, totals, skipped } = await report('daily', all);
    expect(rows[1]).toEqual({
      date: '2026-11-02',
      input: 3,
      output: 20,
      reasoning: 5,
      cacheRead: 9,
      cacheWrite5m: 3,
      cacheWrite1h: 4,
      costUsd: '2',
      unpriced: 0,
      responses: 2,
      incomplete: 0,
      modelNames: ['opus', 'sonnet'],
    });
    expect(totals).toEqual({
      input: 15,
      output: 20,
      reasoning: 5,
      cacheRead: 9,
      cacheWrite5m: 3,
      cacheWrite1h: 4,
      costUsd: '2.000000000001',
      unpriced: 1,
      responses: 4,
      incomplete: 1,
    });
    expect(skipped).toEqual([]);
  });

  it('is by days, weeks and months, oldest first, without what is empty', async () => {
    expect((await report('daily', all)).rows.map(({ date }) => date)).toEqual([
      '2026-10-31',
      '2026-11-02',
      '2026-11-09',
    ]);
    const weekly = await report('weekly', all);
    expect(weekly.rows.map(({ date }) => date)).toEqual(['2026-10-26', '2026-11-02', '2026-11-09']);
    const monthly = await report('monthly', all);
    expect(monthly.rows.map(({ month }) => month)).toEqual(['2026-10', '2026-11']);
    expect(input(monthly.rows)).toEqual([8, 7]);
  });

  it('tells models apart, most cost first, ties by tokens', async () => {
    const { rows } = await report('models', all);
    expect(rows.map(({ model }) => model)).toEqual(['opus', 'sonnet', 'new']);
    expect(rows[1]).toMatchObject({
      input: 6,
      firstAt: '2026-11-02T11:00:00.000Z',
      lastAt: '2026-11-09T10:00:00.000Z',
    });
    const tied = [
      { at: now, model: 'b', input: 1 },
      { at: now, model: 'a', input: 1 },
      { at: now, model: 'c', input: 2 },
    ];
    expect((await report('models', tied)).rows.map(({ model }) => model)).toEqual(['c', 'a', 'b']);
  });

  it('breaks rows down when it is asked to', async () => {
    const [, row] = (await report('daily', all, { breakdown: true })).rows;
    expect(row?.models).toMatchObject([
      { model: 'opus', input: 1, costUsd: '2' },
      { model: 'sonnet', input: 2, costUsd: '0' },
    ]);
    const [first] = (await report('daily', all)).rows;
    expect(first).not.toHaveProperty('models');
  });

  it('has what was not counted, of the source asked for', async () => {
    const skipped = ['claude', 'codex'].map((source) => ({ source, file: '/x', reason: 'no_key', count: 2 }));
    expect((await report('daily', [], { skipped })).skipped).toEqual(skipped);
    expect((await report('daily', [], { skipped, source: 'codex' })).skipped).toEqual([skipped[1]]);
    expect(await report('daily', [], { lookedIn: ['/x'] })).toMatchObject({ rows: [], lookedIn: ['/x'] });
  });

  it('is about what was asked for alone', async () => {
    const some: Used[] = [
      { at: at('2026-11-02T10:00:00Z'), source: 'claude', project: '/a', sessionId: 's', owner: 'me', input: 1 },
      { at: at('2026-11-03T10:00:00Z'), source: 'codex', project: '/a', sessionId: 's', owner: 'me', input: 2 },
      { at: at('2026-11-04T10:00:00Z'), source: 'codex', project: '/b', model: 'm', owner: 'you', input: 4 },
    ];
    for (const kind of usageReportKinds) {
      const sum = async (options: Partial<ReportOptions>) => (await report(kind, some, options)).totals.input;
      expect(await sum({})).toBe(7);
      expect(await sum({ source: 'codex' })).toBe(6);
      expect(await sum({ project: '/a' })).toBe(3);
      expect(await sum({ session: 's', source: 'claude' })).toBe(1);
      expect(await sum({ model: 'm' })).toBe(4);
      expect(await sum({ owner: 'me' })).toBe(3);
      expect(await sum({ since: '2026-11-03' })).toBe(6);
      expect(await sum({ until: '2026-11-03' })).toBe(3);
      expect(await sum({ since: '2026-11-03', until: '2026-11-03' })).toBe(2);
      expect(await sum({ since: '2026-11-05' })).toBe(0);
    }
  });
});

describe('a report of sessions', () => {
  const all: Used[] = [
    { at: 2, source: 'claude', sessionId: 's', project: '/later', model: 'opus', input: 1 },
    { at: 1, source: 'claude', sessionId: 's', project: '/first', model: 'opus', input: 2 },
    { at: 3, source: 'claude', sessionId: 's', project: '/first', agentId: 'a1', model: 'haiku', input: 4 },
    { at: 4, source: 'codex', sessionId: 's', input: 100 },
  ];

  it('has one row a session, subagents in it, with where and when it was', async () => {
    const { rows } = await report('sessions', all);
    expect(rows).toMatchObject([
      { sessionId: 's', source: 'codex', project: '', input: 100 },
      {
        sessionId: 's',
        source: 'claude',
        project: '/first',
        input: 7,
        firstAt: '1970-01-01T00:00:00.001Z',
        lastAt: '1970-01-01T00:00:00.003Z',
        modelNames: ['haiku', 'opus'],
      },
    ]);
    expect(rows[1]).not.toHaveProperty('agents');
  });

  it('shows subagents alone in the breakdown', async () => {
    const { rows } = await report('sessions', all, { breakdown: true });
    expect(rows[0]).not.toHaveProperty('agents');
    expect(rows[1]?.agents).toMatchObject([{ agentId: 'a1', input: 4 }]);
    expect(rows[1]?.models).toMatchObject([
      { model: 'haiku', input: 4 },
      { model: 'opus', input: 3 },
    ]);
  });
});

describe('a report of blocks', () => {
  const all: Used[] = [
    { at: at('2026-11-02T22:30:00Z'), model: 'a', input: 1 },
    { at: at('2026-11-03T01:00:00Z'), model: 'b', input: 2, costPico: 1 },
    { at: at('2026-11-03T03:00:00Z'), model: 'b', input: 4 },
    { at: at('2026-11-03T15:10:00Z'), model: 'a', input: 8 },
  ];

  it('has blocks and the pauses between them', async () => {
    const { rows, totals } = await report('blocks', all, { breakdown: true, now: at('2026-11-03T16:00:00Z') });
    expect(rows).toMatchObject([
      {
        start: '2026-11-02T22:00:00.000Z',
        end: '2026-11-03T03:00:00.000Z',
        gap: false,
        active: false,
        firstAt: '2026-11-02T22:30:00.000Z',
        lastAt: '2026-11-03T03:00:00.000Z',
        input: 7,
        modelNames: ['b', 'a'],
        models: [
          { model: 'b', input: 6 },
          { model: 'a', input: 1 },
        ],
      },
      { start: '2026-11-03T03:00:00.000Z', end: '2026-11-03T15:10:00.000Z', gap: true, input: 0, modelNames: [] },
      { start: '2026-11-03T15:00:00.000Z', gap: false, active: true, input: 8, models: [{ model: 'a', input: 8 }] },
    ]);
    expect(rows[1]).not.toHaveProperty('firstAt');
    expect(totals).toMatchObject({ input: 15, costUsd: '0.000000000001' });
  });

  it('has those that began in the days asked for, whole, and no pause at an end', async () => {
    const before = await report('blocks', all, { until: '2026-11-02' });
    expect(before.rows).toMatchObject([{ start: '2026-11-02T22:00:00.000Z', input: 7 }]);
    const after = await report('blocks', all, { since: '2026-11-03' });
    expect(after.rows).toMatchObject([{ start: '2026-11-03T15:00:00.000Z', input: 8, gap: false }]);
    expect((await report('blocks', all, { since: '2026-11-04' })).rows).toEqual([]);
  });

  it('counts what lies on the very end of the last one', async () => {
    const last = [
      { at: at('2026-11-02T19:00:00Z'), input: 1 },
      { at: at('2026-11-03T00:00:00Z'), input: 2 },
    ];
    expect(input((await report('blocks', last, { until: '2026-11-02' })).rows)).toEqual([3]);
  });
});

describe('days', () => {
  /** A response every quarter of an hour, so that a day's sum tells how long it is. */
  const quarters = (from: string, until: string): Used[] =>
    Array.from({ length: (at(until) - at(from)) / 900_000 }, (_, i) => ({ at: at(from) + i * 900_000, input: 1 }));

  it.each([
    ['America/New_York', '2026-03-08', 23],
    ['America/New_York', '2026-11-01', 25],
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    ['Australia/Lord_Howe', '2026-10-04', 23.5],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    ['America/Havana', '2026-03-08', 23],
    ['Asia/Kathmandu', '2026-03-08', 24],
  ])('of %s, %s, have %d hours', async (timeZone, date, hours) => {
    const all = quarters(`${date}T00:00:00Z`, `${date}T24:00:00Z`);
    const [before, after] = [-1, 1].map((by) => all.map((one) => ({ ...one, at: one.at + by * 86_400_000 })));
    const { rows } = await report('daily', [...before!, ...all, ...after!], { timeZone });
    expect(rows.find((row) => row.date === date)?.input).toBe(hours * 4);
    const alone = await report('daily', [...before!, ...all, ...after!], { timeZone, since: date, until: date });
    expect(alone.rows).toMatchObject([{ date, input: hours * 4 }]);
  });

  it('decide weeks and months too', async () => {
    // Monday, the first of June, in Auckland; Sunday, the last of May, in Los Angeles.
    const all = [{ at: at('2026-05-31T18:00:00Z'), input: 1 }];
    const keys = async (timeZone: string) => [
      (await report('weekly', all, { timeZone })).rows[0]?.date,
      (await report('monthly', all, { timeZone })).rows[0]?.month,
    ];
    expect(await keys('Pacific/Auckland')).toEqual(['2026-06-01', '2026-06']);
    expect(await keys('America/Los_Angeles')).toEqual(['2026-05-25', '2026-05']);
  });

  it('of a week that is cut are in the row of its Monday', async () => {
    const { rows } = await report('weekly', quarters('2026-11-02T00:00:00Z', '2026-11-09T00:00:00Z'), {
      since: '2026-11-04',
      until: '2026-11-05',
    });
    expect(rows).toMatchObject([{ date: '2026-11-02', input: 2 * 96 }]);
  });

  it('are few, whatever a clock has shown', async () => {
    const all = [
      { at: -1, input: 1 },
      { at: now, input: 2 },
      { at: 8.64e15, input: 4 },
    ];
    const asked: UsageQuery[] = [];
    const options = { timeZone: 'Europe/Berlin', now };
    const { rows, totals } = await readReport('daily', options, readsOf(all, asked));
    expect(asked[0]?.edges).toBe('slots');
    expect(totals.input).toBe(7);
    expect(rows.map(({ date }) => date)).toEqual(['1970-01-01', '2026-11-20', '+275760-09-13']);
  });

  it('ask for one edge more than there are days', () => {
    const extent = { firstAt: at('2026-11-02T23:00:00Z'), lastAt: at('2026-11-04T00:00:00Z') };
    expect(queryOf('daily', { timeZone: 'UTC', now }, extent).edges).toEqual(
      ['2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05'].map(at),
    );
    expect(queryOf('weekly', { timeZone: 'UTC', now }, extent).edges).toEqual(['2026-11-02', '2026-11-09'].map(at));
    expect(queryOf('monthly', { timeZone: 'UTC', now }, extent).edges).toEqual(['2026-11-01', '2026-12-01'].map(at));
    expect(queryOf('daily', { timeZone: 'UTC', now }, undefined).edges).toEqual([]);
  });
});

describe('whatever was used', () => {
  const name = fc.constantFrom('', 'a', 'b', '\u0000', 'ß');
  const tokens = fc.nat(1e9);
  const one = fc.record<Used>({
    at: fc.integer({ min: at('2025-09-01'), max: at('2026-12-01') }),
    source: name,
    model: name,
    project: name,
    sessionId: name,
    agentId: name,
    input: tokens,
    output: tokens,
    reasoning: tokens,
    cacheRead: tokens,
    cacheWrite5m: tokens,
    cacheWrite1h: tokens,
    costPico: fc.nat(1e12),
    responses: fc.constant(1),
    incomplete: fc.nat(1),
    unpriced: fc.nat(1),
  });
  const zones = fc.constantFrom('UTC', 'America/Havana', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia');
  const fields = ['input', 'output', 'reasoning', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;
  const counts = [...fields, 'unpriced', 'responses', 'incomplete'] as const;

  const expectSum = (rows: readonly UsageSums[], totals: UsageSums) => {
    for (const field of counts) expect(rows.reduce((sum, row) => sum + row[field], 0)).toBe(totals[field]);
    expect(usdText(rows.reduce((sum, row) => sum + picoOf(row.costUsd), 0))).toBe(totals.costUsd);
  };

  it('comes to the same in every report, row by row, model by model, and has the shape that is promised', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 40 }), zones, async (all, timeZone) => {
        const whole = (await report('models', all)).totals;
        expectSum(
          all.map((used) => ({ ...whole, ...used, costUsd: usdText(used.costPico ?? 0) })),
          whole,
        );
        for (const kind of usageReportKinds) {
          const found = await report(kind, all, { timeZone, breakdown: true });
          expect(usageReportSchemas[kind].parse(found)).toEqual(found);
          expect(found.totals).toEqual(whole);
          expectSum(found.rows, found.totals);
          for (const row of found.rows) if ('models' in row && row.models) expectSum(row.models, row);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is split by a day without anything lost or counted twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 40 }), zones, one, async (all, timeZone, { at: time }) => {
        const [until, since] = [new Date(time), new Date(time + 86_400_000)].map((d) => d.toISOString().slice(0, 10));
        for (const kind of usageReportKinds) {
          const { totals } = await report(kind, all, { timeZone });
          const parts = [await report(kind, all, { timeZone, until: until! })];
          parts.push(await report(kind, all, { timeZone, since: since! }));
          expectSum(
            parts.map((part) => part.totals),
            totals,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is in the same rows when quarters of an hour are told apart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 40 }), zones, async (all, timeZone) => {
        const cells = await readsOf(all).cells({ by: ['model'], edges: 'slots' });
        const options = { timeZone, now };
        expect(reportOf('weekly', cells, options)).toEqual(await report('weekly', all, options));
      }),
      { numRuns: 60 },
    );
  });
});
