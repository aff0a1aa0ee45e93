import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetPeriods } from '../contract/budgets.ts';
import type { Threshold } from '../contract/event.ts';
import {
  alertMessage,
  alertsDueOf,
  amountOf,
  edgesOf,
  liesIn,
  standingOf,
  untilNextLevel,
  windowOf,
} from './budgets.ts';

const hour = 3600_000;
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/Santiago'];
const utc = (text: string): number => Date.parse(text);
const iso = (time: number): string => new Date(time).toISOString();

const period = fc.constantFrom('day', 'week', 'month' as const);
const zone = fc.constantFrom(...zones);
const moment = fc.integer({ min: utc('2020-01-01T00:00Z'), max: utc('2036-01-01T00:00Z') });

describe('the period of a budget', () => {
  it.each([
    ['day', 'UTC', '2026-11-20T13:00Z', '2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'],
    ['day', 'Europe/Berlin', '2026-10-25T12:00Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['day', 'America/New_York', '2026-11-20T03:00Z', '2026-11-19T05:00:00.000Z', '2026-11-20T05:00:00.000Z'],
    ['day', 'America/Santiago', '2026-09-06T12:00Z', '2026-09-06T04:00:00.000Z', '2026-09-07T03:00:00.000Z'],
    ['week', 'UTC', '2026-11-22T23:59Z', '2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    ['week', 'UTC', '2026-11-23T00:00Z', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['month', 'Asia/Kathmandu', '2026-12-31T18:15Z', '2026-12-31T18:15:00.000Z', '2027-01-31T18:15:00.000Z'],
    ['month', 'UTC', '2028-02-29T00:00Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ] as const)('%s in %s at %s runs from %s to %s', (period, timeZone, now, start, end) => {
    const window = windowOf(period, utc(now), timeZone);
    expect(window && [iso(window.start), iso(window.end)]).toEqual([start, end]);
  });

  it('holds every moment once, and is followed by the next', () => {
    fc.assert(
      fc.property(period, zone, moment, (period, timeZone, now) => {
        const { start, end } = windowOf(period, now, timeZone)!;
        expect([start <= now, now < end]).toEqual([true, true]);
        expect(windowOf(period, end, timeZone)?.start).toBe(end);
        expect(windowOf(period, end - 1, timeZone)).toEqual({ start, end });
        const parts = edgesOf(period, { start, end }, now);
        expect(parts).toEqual(parts.toSorted((a, b) => a - b));
        expect([parts[0], parts.at(-1), new Set(parts).size]).toEqual([start, end, parts.length]);
      }),
      { numRuns: 300 },
    );
  });

  it('is none for a total', () => expect(windowOf('total', 0, 'UTC')).toBeUndefined());

  it('is looked at from where its pace is taken, a quarter of an hour', () => {
    const window = { start: utc('2026-11-20T00:00Z'), end: utc('2026-11-21T00:00Z') };
    const at = (now: string) => edgesOf('day', window, utc(now)).map(iso);
    const ends = ['2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'];
    expect(at('2026-11-20T05:00Z')).toEqual(ends);
    expect(at('2026-11-20T12:20Z')).toEqual([ends[0], '2026-11-20T06:15:00.000Z', ends[1]]);
  });
});

describe('what a budget counts', () => {
  const sum = {
    input: 1,
    output: 20,
    reasoning: 7,
    cacheRead: 300,
    cacheWrite5m: 4000,
    cacheWrite1h: 50_000,
    costPico: 9,
    responses: 1,
    incomplete: 0,
    unpriced: 0,
  };
  it.each([
    ['tokens', false, 54_021],
    ['tokens', true, 54_321],
    ['usd', false, 9],
  ] as const)('%s, cache reads too: %s', (measure, all, amount) => expect(amountOf(sum, measure, all)).toBe(amount));

  it.each([
    ['/home/ada/shop', '/home/ada/shop', true],
    ['/home/ada/shop/web', '/home/ada/shop', true],
    ['/home/ada/shop/web', '/home/ada/shop/', true],
    ['/home/ada/shop-2', '/home/ada/shop', false],
    ['/home/ada', '/home/ada/shop', false],
    ['', '/home/ada/shop', false],
    ['/anything', '/', true],
    ['', '/', false],
    ['/anything', '', false],
    ['C:\\shop\\web', 'C:\\shop', true],
  ])('%s lies in %s: %s', (directory, project, is) => expect(liesIn(directory, project)).toBe(is));
});

describe('how a budget stands', () => {
  const window = { start: utc('2026-11-20T00:00Z'), end: utc('2026-11-21T00:00Z') };
  const noon = utc('2026-11-20T12:00Z');
  const day = (limit: number) => ({ period: 'day', limit }) as const;

  it('projects the pace of the last six hours to the end of the day', () => {
    const standing = standingOf(day(1000), window, { used: 400, recent: 300 }, noon);
    expect(standing).toEqual({ used: 400, projected: 1000, state: 'within' });
    expect(standingOf(day(999), window, { used: 400, recent: 300 }, noon).state).toBe('warning');
  });

  it('takes it at the beginning as though nothing had been used before', () => {
    const now = window.start + hour;
    expect(standingOf(day(1000), window, { used: 60, recent: 60 }, now).projected).toBe(60 + (60 / 6) * 23);
  });

  it.each([
    [799, 'within'],
    [800, 'warning'],
    [950, 'error'],
    [1000, 'over'],
    [1e9, 'over'],
  ] as const)('in all, with %i of 1000 used: %s', (used, state) => {
    expect(standingOf({ period: 'total', limit: 1000 }, undefined, { used, recent: 0 }, noon)).toEqual({ used, state });
  });

  it('is projected to no less than is used, to more the more is, and to just that at the end', () => {
    const amount = fc.nat(1e12);
    fc.assert(
      fc.property(period, zone, moment, amount, amount, (period, timeZone, now, older, recent) => {
        const window = windowOf(period, now, timeZone)!;
        const of = (used: number, recent: number, at: number) =>
          standingOf({ period, limit: 1 }, window, { used, recent }, at).projected!;
        expect(of(older + recent, recent, now)).toBeGreaterThanOrEqual(older + recent);
        expect(of(older + recent + 5, recent + 5, now)).toBeGreaterThan(of(older + recent, recent, now));
        expect(of(older + recent, recent, window.end)).toBe(older + recent);
      }),
    );
  });
});

describe('the alerts of a budget', () => {
  const due = (used: number, raised: Threshold[] = [], projected = 0) =>
    alertsDueOf({ used, projected, state: 'within' }, 1000, raised).map(
      ({ threshold, level }) => `${level} ${threshold}`,
    );

  it.each([
    [799, [], []],
    [800, [], ['warning across_80']],
    [949, ['across_80'], []],
    [950, ['across_80'], ['error across_95']],
    [1000, ['across_80'], ['error across_100']],
    [1000, ['across_100'], []],
    [960, ['across_100'], []],
    [820, ['across_95'], []],
  ] as const)('with %i of 1000 used after %j are %j', (used, raised, alerts) =>
    expect(due(used, [...raised])).toEqual(alerts),
  );

  it('come for what is to come, once, and not when it has come', () => {
    expect(due(10, [], 1001)).toEqual(['warning across_projected']);
    expect(due(10, [], 1000)).toEqual([]);
    expect(due(10, ['across_projected'], 1001)).toEqual([]);
    expect(due(1000, ['across_100'], 5000)).toEqual([]);
    expect(due(820, [], 5000)).toEqual(['warning across_80', 'warning across_projected']);
  });

  it('are raised once each however usage comes in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100, max: 600 })), (steps) => {
        const raised: Threshold[] = [];
        let used = 0;
        for (const step of steps) {
          used = Math.max(0, used + step);
          const alerts = alertsDueOf({ used, projected: used * 2, state: 'within' }, 1000, raised);
          raised.push(...alerts.map(({ threshold }) => threshold));
          expect(alertsDueOf({ used, projected: used * 2, state: 'within' }, 1000, raised)).toEqual([]);
        }
        expect(new Set(raised).size).toBe(raised.length);
      }),
    );
  });

  it.each([
    [0, 800],
    [800, 150],
    [900, 50],
    [960, 40],
    [1000, 0],
    [2000, 0],
  ])('with %i of 1000 used the next is %i away', (used, away) => expect(untilNextLevel(used, 1000)).toBe(away));

  const message = (measure: 'tokens' | 'usd' | 'time', limit: number, used: number, rest: object = {}) =>
    alertMessage(
      { only: {}, period: 'week', measure, limit, ...rest },
      { used, projected: used * 2, state: 'over' },
      { threshold: 'across_80', level: 'warning' },
    );

  it('say of what, how much and when', () => {
    expect(message('tokens', 5_000_000, 4_150_000, { name: 'team' })).toBe(
      '83 % of the budget “team” is used: 4150000 of 5000000 tokens this week',
    );
    expect(message('usd', 200e12, 166.50004e12, { only: { agent: 'claude', project: '/shop' }, period: 'total' })).toBe(
      '83 % of the budget for claude, /shop is used: 166.5 of 200 USD in all',
    );
    expect(message('time', 40 * hour, 33.5 * hour, { period: 'day' })).toBe(
      '83 % of the budget for everything is used: 33.5 of 40 hours today',
    );
    expect(
      alertMessage(
        { only: { model: 'opus' }, period: 'month', measure: 'usd', limit: 20e12 },
        { used: 1e12, projected: 21.25e12, state: 'warning' },
        { threshold: 'across_projected', level: 'warning' },
      ),
    ).toBe('at this pace the budget for opus comes to 21.25 USD this month, over its 20 USD');
  });
});

it('knows a window for each period that the contract has', () => {
  expect(budgetPeriods.filter((one) => windowOf(one, 0, 'UTC') === undefined)).toEqual(['total']);
});
