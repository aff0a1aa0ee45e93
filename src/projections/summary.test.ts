import { describe, expect, it } from 'vitest';
import { sessionId } from '../journal/author.suite.ts';
import {
  at,
  completed,
  event,
  minutes,
  paused,
  reopened,
  sessionAfter,
  started,
  startTime,
  tokens,
} from '../session/decider-specification.suite.ts';
import { absent } from '../session/state.ts';
import type { Ending } from '../session/state.ts';
import { countChanges, summarize } from './summary.ts';

const id = sessionId(1);

describe('the summary of a session', () => {
  it('shows what lists and look-ups need, and nothing that only the session itself needs', () => {
    const run = { directory: '/work' };
    const story = [started({ name: 'refactor', tokenBudget: 900, run }), tokens(1, 5, 5, { cacheRead: 40 })];
    const { owner } = sessionAfter(...story).facts;
    expect(summarize(id, sessionAfter(...story))).toEqual({
      id,
      kind: 'timer',
      owner,
      name: 'refactor',
      phase: 'active',
      startTime,
      updatedAt: at(1),
      duration: minutes(60),
      tokenBudget: 900,
      onBudget: 'warn',
      budgetCounts: 'new',
      onDue: 'complete',
      run,
      over: false,
      tokensUsed: 5,
      cacheRead: 40,
      checkpoints: 0,
      activeMs: 0,
      since: startTime,
      wakeAt: at(50),
      version: 2,
    });
  });

  it('of one that is paused has its active time and waits for no clock', () => {
    const summary = summarize(id, sessionAfter(started(), paused(10)));
    expect(summary).toMatchObject({ phase: 'paused', activeMs: minutes(10) });
    expect(Object.keys(summary)).not.toEqual(expect.arrayContaining(['since']));
    expect(Object.keys(summary)).not.toEqual(expect.arrayContaining(['wakeAt']));
  });

  it('of one that ended says when, and no longer when it is reopened', () => {
    expect(summarize(id, sessionAfter(started(), completed(10)))).toMatchObject({
      phase: 'completed',
      endTime: at(10),
    });
    expect(summarize(id, sessionAfter(started(), completed(10), reopened(20)))).not.toHaveProperty('endTime');
  });
});

describe('the counts behind lists', () => {
  const [active, inPause] = [sessionAfter(started()), sessionAfter(started(), paused(1))];
  const ended = (ending: Ending) => sessionAfter(started(), event(ending, 1, { reason: 'request', message: '' }));
  const { owner, kind } = active.facts;
  const count = (status: 'active' | 'paused' | 'completed', by: 1 | -1) => ({ owner, kind, status, by });

  it('gain a session that starts', () => expect(countChanges(absent, active)).toEqual([count('active', 1)]));

  it('move a session whose status changes', () => {
    expect(countChanges(active, inPause)).toEqual([count('active', -1), count('paused', 1)]);
    expect(countChanges(inPause, active)).toEqual([count('paused', -1), count('active', 1)]);
    expect(countChanges(ended('failed'), active)).toEqual([count('completed', -1), count('active', 1)]);
  });

  it.each(['completed', 'failed', 'cancelled', 'timed_out'] as const)('count one that %s as completed', (ending) => {
    expect(countChanges(active, ended(ending))).toEqual([count('active', -1), count('completed', 1)]);
  });

  it('do not change with anything else', () => {
    expect(countChanges(active, sessionAfter(started(), tokens(1, 5, 5)))).toEqual([]);
    expect(countChanges(ended('failed'), ended('failed'))).toEqual([]);
  });
});
