import { describe, expect, it } from 'vitest';
import type { KeptReading } from '../contract/usage.ts';
import { cellsOf } from './cells.suite.ts';
import type { Entry } from './cells.suite.ts';
import { aWeek, fiveHours, historyMs, windowsOf } from './windows.ts';
import type { UsageWindow } from './windows.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const now = Date.UTC(2026, 9, 14, 12);

/** So many minutes ago. */
const used = (minutesAgo: number, tokens: number, more: Partial<Entry> = {}): Entry => ({
  at: now - minutesAgo * minute,
  tokens,
  ...more,
});

/** Its window ends in so many minutes (−60: an hour ago); told `toldAgo` minutes ago. */
const told = (usedPercent: number, endsIn: number, toldAgo: number, more: Partial<KeptReading> = {}): KeptReading => {
  const at = now - toldAgo * minute;
  const usual = { source: 'claude', windowMinutes: fiveHours, resetsAt: now + endsIn * minute };
  return { ...usual, usedPercent, at, toldAt: at, ...more };
};

const all = (entries: readonly Entry[], readings: readonly KeptReading[] = []): UsageWindow[] =>
  windowsOf({ cells: cellsOf(entries), since: now - historyMs, readings, now });

const window = (length: number, ...known: Parameters<typeof all>): UsageWindow | undefined =>
  all(...known).find(({ windowMinutes }) => windowMinutes === length);
const session = (...known: Parameters<typeof all>) => window(fiveHours, ...known);
const week = (...known: Parameters<typeof all>) => window(aWeek, ...known);

describe('windows', () => {
  it('are none where nothing is known, or nothing was used for a week', () => {
    expect(all([])).toEqual([]);
    expect(all([used(8 * 24 * 60, 5)], [told(50, -600, 700)])).toEqual([]);
  });

  it('are two for each source in use, and those that it is told of', () => {
    const month = told(10, 600, 5, { source: 'codex', windowMinutes: 43_200 });
    const found = all([used(5, 1), used(5, 1, { source: 'gemini' })], [month]);
    expect(found.map(({ source, windowMinutes }) => [source, windowMinutes])).toEqual([
      ['claude', 300],
      ['claude', 10_080],
      ['codex', 300],
      ['codex', 10_080],
      ['codex', 43_200],
      ['gemini', 300],
      ['gemini', 10_080],
    ]);
  });

  it('count what a limit counts, and cache reads apart', () => {
    expect(session([used(5, 10, { cacheRead: 900 })])).toMatchObject({ tokens: 10, cacheRead: 900, responses: 1 });
  });
});

describe('official', () => {
  it('is a reading whose window has not ended, with what was used since', () => {
    const found = session([used(90, 1000), used(10, 50)], [told(42.5, 120, 30)]);
    expect(found).toMatchObject({
      basis: 'official',
      usedPercent: 42.5,
      startsAt: now - 3 * hour,
      resetsAt: now + 2 * hour,
      tokens: 1050,
      reading: { at: now - 30 * minute, since: { tokens: 50 } },
    });
  });

  it('is no more when its window has ended, at that very moment', () => {
    expect(session([used(5, 1)], [told(42, 0, 30)])?.basis).not.toBe('official');
    expect(session([used(5, 1)], [told(42, 1, 30)])?.basis).toBe('official');
  });

  it('without an end holds for the length of its window', () => {
    const { resetsAt: _, ...endless } = told(42, 0, 100);
    const found = session([used(299, 7), used(301, 5)], [endless]);
    expect(found).toMatchObject({ basis: 'official', usedPercent: 42, tokens: 7, startsAt: now - 5 * hour });
    expect(found).not.toHaveProperty('resetsAt');
    expect(found).not.toHaveProperty('projection');
  });

  it('is the highest of its window, since idle agents tell old figures again', () => {
    const readings = [told(30, 120, 60), told(45, 120, 10), told(30, 120, 90, { toldAt: now }), told(99, -200, 300)];
    expect(session([], readings)).toMatchObject({ basis: 'official', usedPercent: 45 });
    // Ends that differ by a rounding are one window's.
    expect(session([], [told(45, 120, 10), told(30, 121, 5)])?.usedPercent).toBe(45);
  });

  it('is what is told since a day where more was told before: the limit was raised or begun anew', () => {
    const weekly = { windowMinutes: aWeek };
    const before = told(80, 3000, 2 * 24 * 60, weekly);
    expect(week([], [before, told(20, 3000, 5, weekly)])?.usedPercent).toBe(20);
    expect(week([], [before])?.usedPercent).toBe(80);
  });

  it('is none that can’t be so: of the future, or with an end further off than its window is long', () => {
    expect(all([], [told(50, 200, -10)])).toEqual([]);
    expect(all([], [told(50, 400, 0)])).toEqual([]);
    expect(all([], [told(50, 304, 0)])).toHaveLength(2);
  });

  it('knows windows of 299 minutes as the usual ones', () => {
    expect(all([], [told(50, 100, 5, { windowMinutes: 299 })]).map((one) => one.windowMinutes)).toEqual([300, 10_080]);
  });
});

describe('calibrated', () => {
  // In the window that ended two hours ago 1000 tokens were 40 %, so that 2500 are all.
  const earlier = [used(400, 600), used(300, 400)];
  const reading = told(40, -120, 240);

  it('holds what is used now against what a percent was', () => {
    const found = session([...earlier, used(60, 500)], [reading]);
    expect(found).toMatchObject({ basis: 'calibrated', limit: 2500, usedPercent: 20, tokens: 500, measure: 'tokens' });
    expect(found).toMatchObject({ startsAt: now - hour, resetsAt: now + 4 * hour });
  });

  it('goes by cost where there is one', () => {
    const priced = [
      used(400, 600, { costPico: 3e9 }),
      used(300, 400, { costPico: 1e9 }),
      used(60, 9, { costPico: 2e9 }),
    ];
    expect(session(priced, [reading])).toMatchObject({ measure: 'cost', limit: 1e10, usedPercent: 20 });
    // Not where a part has none.
    const partly = session([...priced, used(50, 116, { unpriced: true })], [reading]);
    expect(partly).toMatchObject({ measure: 'tokens', limit: 2500, usedPercent: 5, unpriced: 1 });
  });

  it('goes by the median of windows, and by no few percent', () => {
    const window = (endsIn: number, tokens: number): [Entry, KeptReading] => [
      used(-endsIn + 250, tokens),
      told(10, endsIn, -endsIn + 200),
    ];
    const windows = [window(-3000, 100), window(-2000, 300), window(-1000, 900)];
    const entries = windows.map(([entry]) => entry);
    const readings = windows.map(([, one]) => one);
    expect(session([...entries, used(5, 30)], readings)).toMatchObject({ basis: 'calibrated', limit: 3000 });
    const few = readings.map((one) => ({ ...one, usedPercent: 4 }));
    expect(session([...entries, used(5, 30)], few)?.basis).toBe('estimated');
  });

  it('has a window only once something is used after the last', () => {
    const found = session([...earlier], [reading]);
    expect(found).toMatchObject({ basis: 'calibrated', usedPercent: 0, tokens: 0 });
    expect(found).not.toHaveProperty('startsAt');
    // What was used before the last window’s end belongs to that one.
    expect(session([used(130, 9)], [reading])).toMatchObject({ tokens: 0 });
  });

  it('has weeks that follow each other', () => {
    const ended = told(50, -60, 2000, { windowMinutes: aWeek });
    const found = week([used(3000, 100), used(30, 20)], [ended]);
    expect(found).toMatchObject({ basis: 'calibrated', usedPercent: 10, tokens: 20, startsAt: now - hour });
    expect(found?.resetsAt).toBe(now - hour + 7 * day);
    const older = told(50, -60 - 7 * 24 * 60, 9000 + 7 * 24 * 60, { windowMinutes: aWeek });
    expect(week([used(30, 20)], [older])?.startsAt).toBe(now - hour);
  });
});

describe('estimated', () => {
  it('is against the most that an ended block held', () => {
    const found = session([used(3000, 400), used(2000, 800), used(60, 200)]);
    expect(found).toMatchObject({ basis: 'estimated', limit: 800, usedPercent: 25, tokens: 200 });
    expect(found).toMatchObject({ startsAt: now - hour, resetsAt: now + 4 * hour });
  });

  it('says no percentage where there was none', () => {
    const found = session([used(60, 200)]);
    expect(found).toMatchObject({ basis: 'estimated', tokens: 200 });
    expect(found).not.toHaveProperty('usedPercent');
    expect(found).not.toHaveProperty('limit');
  });

  it('is of the last seven days, against the most of those before', () => {
    const found = week([used(60, 30), used(6 * 24 * 60, 20), used(8 * 24 * 60, 100), used(15 * 24 * 60, 60)]);
    expect(found).toMatchObject({
      basis: 'estimated',
      tokens: 50,
      limit: 100,
      usedPercent: 50,
      startsAt: now - 7 * day,
    });
    expect(found).not.toHaveProperty('resetsAt');
  });
});

describe('projection', () => {
  /** 100 tokens a minute for the last three hours; at first 18,000 tokens were 30 %. */
  const steady = Array.from({ length: 181 }, (_, i) => used(i, 100));

  it('says when all is used, at this pace', () => {
    const { projection, burn } = session(steady, [told(30, 120, 0)])!;
    expect(burn.tokensPerMinute).toBeCloseTo(100, -1);
    expect(projection?.usedPercent).toBeCloseTo(50, -1);
    expect(projection?.tokens).toBeCloseTo(30_100, -4);
    expect(projection).not.toHaveProperty('limitAt');
    const { limitAt = 0 } = session(steady, [told(60, 120, 0)])?.projection ?? {};
    expect(limitAt - now).toBeGreaterThan(110 * minute);
    expect(limitAt - now).toBeLessThan(120 * minute);
  });

  it('is now where all is used already, and never where nothing is', () => {
    expect(session([], [told(105, 120, 5)])?.projection).toMatchObject({ limitAt: now, usedPercent: 105 });
    const idle = session([used(240, 5000)], [told(60, 20, 239)])!.projection;
    expect(idle).not.toHaveProperty('limitAt');
    expect(idle?.usedPercent).toBeCloseTo(60, 0);
  });

  it('takes in what was used since the reading', () => {
    // 4000 tokens were 40 %; 5000 more were used since.
    const found = session([used(100, 4000), used(95, 5000)], [told(40, 60, 99)])!;
    expect(found.usedPercent).toBe(40);
    expect(found.projection?.usedPercent).toBeGreaterThanOrEqual(90);
  });
});
