import { describe, expect, it } from 'vitest';
import { countedTokens } from './budget.ts';
import {
  at,
  completed,
  given,
  paused,
  recordTokens,
  reopened,
  resumed,
  sessionAfter,
  started,
  tokens,
} from './decider-specification.suite.ts';
import { activeMsAt } from './time.ts';

describe('a row of usage', () => {
  it('carries the running total in order of arrival, whatever its timestamp', () => {
    given(started(), tokens(10, 100, 100))
      .when(recordTokens(11, 7, { timestamp: at(2) }))
      .then(tokens(11, 7, 107, { timestamp: at(2) }));
  });

  it('keeps all that was told of it', () => {
    const told = {
      operation: 'review',
      model: 'a-model',
      input: 10,
      output: 20,
      cacheRead: 900,
      cacheWrite5m: 3,
      cacheWrite1h: 4,
      costUsd: '0.0033',
      source: 'transcript',
      response: 'msg_1',
    } as const;
    given(started())
      .when(recordTokens(1, 37, told))
      .then(tokens(1, 37, 37, told));
  });

  it('is taken in a pause', () => {
    given(started(), paused(1))
      .when(recordTokens(2, 7))
      .then(tokens(2, 7, 7));
  });

  it('may correct an earlier one of the same response downwards', () => {
    const row = { source: 'transcript', response: 'msg_1' } as const;
    given(started(), tokens(1, 100, 100, row))
      .when(recordTokens(2, -40, row))
      .then(tokens(2, -40, 60, row));
  });

  it('adds its cache reads to a total of their own', () => {
    const state = sessionAfter(started(), tokens(1, 5, 5, { cacheRead: 900 }), tokens(2, 5, 10, { cacheRead: 50 }));
    expect(state.facts).toMatchObject({ tokensUsed: 10, cacheRead: 950 });
  });

  it('may not take the total past what can be counted exactly', () => {
    const most = Number.MAX_SAFE_INTEGER;
    given(started(), tokens(1, most, most))
      .when(recordTokens(2, 1))
      .thenRefused('invalid_request');
    given(started(), tokens(1, most - 1, most - 1))
      .when(recordTokens(2, 1))
      .then(tokens(2, 1, most));
  });
});

describe('the timestamp of a row', () => {
  it.each([
    ['is the time of arrival when none is given', undefined, 5],
    ['may lie in the past, before the start too', at(-1000), undefined],
    ['may lie 60 s in the future', at(6), undefined],
  ])('%s', (_, timestamp, minute) => {
    given(started())
      .when(recordTokens(5, 7, timestamp === undefined ? {} : { timestamp }))
      .then(tokens(5, 7, 7, { timestamp: timestamp ?? at(minute ?? 0) }));
  });

  it('may not lie further in the future', () => {
    const refusal = given(started())
      .when(recordTokens(5, 7, { timestamp: at(6) + 1 }))
      .thenRefused('invalid_request');
    expect(refusal.details).toEqual([{ path: 'timestamp', message: expect.stringContaining('60 s') as string }]);
  });
});

describe('the parts of a row', () => {
  const parts = { input: 10, output: 20, cacheWrite5m: 3, cacheWrite1h: 4, cacheRead: 900 };

  it('count as used without the cache reads, unless all count', () => {
    expect(countedTokens(parts, 'new')).toBe(37);
    expect(countedTokens(parts, 'all')).toBe(937);
    expect(countedTokens({}, 'all')).toBe(0);
  });

  it.each([
    ['new', 37],
    ['all', 937],
  ] as const)('must add up to the sum beside them where %s tokens count', (budgetCounts, sum) => {
    const session = given(started({ budgetCounts }));
    session.when(recordTokens(1, sum, parts)).then(tokens(1, sum, sum, parts));
    for (const wrong of [sum - 1, sum + 1, 37 + 937 - sum]) {
      const refusal = session.when(recordTokens(1, wrong, parts)).thenRefused('invalid_request');
      expect(refusal.details).toMatchObject([{ path: 'tokensUsed' }]);
    }
  });

  it.each(['input', 'output', 'cacheWrite5m', 'cacheWrite1h'] as const)('must add up when only %s is given', (part) => {
    given(started())
      .when(recordTokens(1, 5, { [part]: 5 }))
      .then(tokens(1, 5, 5, { [part]: 5 }));
    given(started())
      .when(recordTokens(1, 5, { [part]: 0 }))
      .thenRefused('invalid_request');
  });

  it('that are cache reads alone say nothing of the sum, unless they count', () => {
    given(started())
      .when(recordTokens(1, 5, { cacheRead: 900 }))
      .then(tokens(1, 5, 5, { cacheRead: 900 }));
    given(started({ budgetCounts: 'all' }))
      .when(recordTokens(1, 5, { cacheRead: 900 }))
      .thenRefused('invalid_request');
    given(started({ budgetCounts: 'all' }))
      .when(recordTokens(1, 900, { cacheRead: 900 }))
      .then(tokens(1, 900, 900, { cacheRead: 900 }));
  });
});

describe('usage of a session that ended', () => {
  const ended = given(started(), tokens(5, 10, 10, { source: 'transcript' }), completed(10));
  const late = { source: 'transcript', response: 'msg_1', timestamp: at(11) } as const;

  it('is still taken from a transcript, of a response that began before the end', () => {
    ended.when(recordTokens(12, 7, { ...late, beganAt: at(10) - 1 })).then(tokens(12, 7, 17, late));
  });

  it.each([
    ['of a response that began with the end', { ...late, beganAt: at(10) }],
    ['of a response that began after it', { ...late, beganAt: at(11) }],
    ['of a response of which nobody knows when it began', late],
    ['from the API', { source: 'api', beganAt: at(1) } as const],
  ])('is refused %s', (_, row) => {
    ended.when(recordTokens(12, 7, row)).thenRefused('session_already_completed');
  });

  it('has to add up like any other', () => {
    ended.when(recordTokens(12, 7, { ...late, beganAt: at(9), input: 6 })).thenRefused('invalid_request');
  });
});

describe('the active time at a moment that is past', () => {
  // Active 0–10, 20–25, 40–50 and since 100.
  const story = [started(), paused(10), resumed(20), paused(25), resumed(40), completed(50), reopened(100)];
  const active = sessionAfter(...story);

  it.each([
    [-5, 0],
    [0, 0],
    [4, 4],
    [10, 10],
    [15, 10],
    [20, 10],
    [22, 12],
    [25, 15],
    [30, 15],
    [40, 15],
    [49, 24],
    [50, 25],
    [75, 25],
    [100, 25],
    [103, 28],
  ])('minute %i of the clock was minute %i of the session', (minute, expected) => {
    expect(activeMsAt(active, at(minute)) / 60_000).toBe(expected);
  });

  it.each([
    ['paused', paused(110)],
    ['completed', completed(110)],
  ])('stays what it was when the session is %s', (_, event) => {
    const state = sessionAfter(...story, event);
    for (const minute of [-5, 4, 15, 22, 30, 49, 75, 103]) {
      expect(activeMsAt(state, at(minute))).toBe(activeMsAt(active, at(minute)));
    }
    expect(activeMsAt(state, at(500)) / 60_000).toBe(35);
  });

  it('from before the oldest of many pauses counts as their beginning', () => {
    const many = Array.from({ length: 300 }, (_, i) => [paused(2 * i + 1), resumed(2 * i + 2)]).flat();
    const state = sessionAfter(started(), ...many);
    expect(activeMsAt(state, at(601)) / 60_000).toBe(301);
    expect(activeMsAt(state, at(590.5)) / 60_000).toBe(295.5);
    expect(activeMsAt(state, at(3)) / 60_000).toBe(300 - 256);
    expect(state.facts.spans).toHaveLength(256);
  });
});
