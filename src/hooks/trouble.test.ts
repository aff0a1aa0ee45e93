import { describe, expect, it } from 'vitest';
import type { HookRow, Verdict } from './hook.ts';
import { newTroubleWatch } from './trouble.ts';

const hook: HookRow = {
  id: 'h',
  user: 'u',
  doc: { kind: 'webhook', url: 'https://canary.example/path', name: 'desk' },
  secret: 'canary',
  createdAt: 0,
  cursor: 0,
};
const failing = { ...hook, failingSince: 1 };
const attempt = { ok: false, ms: 5, status: 500 };
const later: Verdict = { at: 1, attempt, next: { state: 'pending', nextAt: 2 }, hook: { failingSince: 1 } };
const givenUp: Verdict = { ...later, next: { state: 'failed' } };
const off: Verdict = { ...givenUp, hook: { failingSince: 1, off: { at: 1, reason: 'gone' } } };
const dropped: Verdict = { ...later, next: { state: 'dropped' } };
const delivered: Verdict = { at: 2, attempt: { ok: true, ms: 1 }, next: { state: 'delivered' }, hook: {} };

const told = (...verdicts: [HookRow, Verdict][]) => {
  const troubleOf = newTroubleWatch();
  return verdicts.map(([row, verdict]) => troubleOf(row, verdict)?.[1]);
};

describe('of a hook that fails', () => {
  const first = 'a hook fails; it is tried again';

  it('the first failure is told, also where several come before one is stored, and again once it worked', () => {
    expect(
      told([hook, later], [hook, later], [failing, later], [failing, delivered], [hook, later], [failing, later]),
    ).toEqual([first, undefined, undefined, undefined, first, undefined]);
  });

  it('a failure that was there before the start is not told again', () => {
    expect(told([failing, later])).toEqual([undefined]);
  });

  it('each alert that is given up is told, and the switching off; what nobody may hear is no failure', () => {
    const up = 'an alert is given up: its hook kept failing';
    expect(told([failing, givenUp], [failing, givenUp], [failing, off], [hook, dropped])).toEqual([
      up,
      up,
      'a hook is switched off',
      undefined,
    ]);
  });

  it('neither address nor secret is told', () => {
    const facts = newTroubleWatch()(hook, later);
    expect(facts?.[0]).toMatchObject({ hook: 'h', name: 'desk', status: 500 });
    expect(JSON.stringify(facts)).not.toContain('canary');
  });
});
