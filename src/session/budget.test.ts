/* oxlint-disable promise/valid-params -- `then` is the grammar's own, not a promise's */
import { describe, expect, it } from 'vitest';
import type { Started } from '../contract/event.ts';
import {
  alert,
  command,
  completed,
  event,
  given,
  minutes,
  paused,
  recordTokens,
  reopened,
  resumed,
  sessionAfter,
  started,
  tokens,
} from './decider-specification.suite.ts';
import { alertsDue } from './budget.ts';

const budget = (tokenBudget: number, rest: Partial<Started> = {}) => started({ tokenBudget, ...rest });
const budgetChanged = (minute: number, tokenBudget: number) => event('budget_changed', minute, { tokenBudget });
const changeBudget = (minute: number, tokenBudget: number) => command('change_budget', minute, { tokenBudget });

describe('the alerts of a budget', () => {
  it.each([
    [799, []],
    [800, [alert(5, 'budget_80', 'warning')]],
    [949, [alert(5, 'budget_80', 'warning')]],
    [950, [alert(5, 'budget_95', 'error')]],
    [999, [alert(5, 'budget_95', 'error')]],
    [1000, [alert(5, 'budget_100', 'error')]],
    [5000, [alert(5, 'budget_100', 'error')]],
  ])('%i of 1000 tokens in one burst', (used, alerts) => {
    given(budget(1000))
      .when(recordTokens(5, used))
      .then(tokens(5, used, used), ...alerts);
  });

  it('come one after the other as the total rises, each once', () => {
    const story = [budget(1000), tokens(1, 810, 810), alert(1, 'budget_80')];
    given(...story)
      .when(recordTokens(2, 100))
      .then(tokens(2, 100, 910));
    given(...story)
      .when(recordTokens(2, 150))
      .then(tokens(2, 150, 960), alert(2, 'budget_95', 'error'));
    given(...story, tokens(2, 150, 960), alert(2, 'budget_95', 'error'))
      .when(recordTokens(3, 40))
      .then(tokens(3, 40, 1000), alert(3, 'budget_100', 'error'));
  });

  it('do not fall back to a lower level after a burst raised the higher', () => {
    const story = [budget(1000), tokens(1, 960, 960, { source: 'transcript' }), alert(1, 'budget_95', 'error')];
    given(...story)
      .when(recordTokens(2, -100, { source: 'transcript' }))
      .then(tokens(2, -100, 860, { source: 'transcript' }));
  });

  it('say how much is used', () => {
    const state = sessionAfter(budget(1000), tokens(1, 816, 816));
    expect(alertsDue(state, 0).map(({ message }) => message)).toEqual([
      '81 % of the token budget is used (816 of 1000)',
    ]);
  });

  it('do not come without a budget', () => {
    given(started())
      .when(recordTokens(1, 1_000_000))
      .then(tokens(1, 1_000_000, 1_000_000));
  });

  it('come in a pause too', () => {
    given(budget(100), paused(1))
      .when(recordTokens(2, 85))
      .then(tokens(2, 85, 85), alert(2, 'budget_80'));
  });

  it('come no more on a session that ended', () => {
    const late = { source: 'transcript', timestamp: 0 } as const;
    given(budget(100), completed(10))
      .when(recordTokens(11, 500, { ...late, beganAt: 0 }))
      .then(tokens(11, 500, 500, late));
  });

  it('come when a reopened session is found over its budget', () => {
    const late = { source: 'transcript', timestamp: 0 } as const;
    given(budget(100), completed(10), tokens(11, 500, 500, late))
      .when(command('reopen', 20))
      .then(reopened(20), alert(20, 'budget_100', 'error'));
  });
});

describe('a change of the budget', () => {
  const used = [budget(1000), tokens(1, 960, 960), alert(1, 'budget_95', 'error')];

  it('arms the alerts again', () => {
    given(...used, budgetChanged(2, 2000))
      .when(recordTokens(3, 700))
      .then(tokens(3, 700, 1660), alert(3, 'budget_80'));
  });

  it('raises at once what holds under the new budget', () => {
    given(...used)
      .when(changeBudget(2, 1200))
      .then(budgetChanged(2, 1200), alert(2, 'budget_80'));
    given(...used)
      .when(changeBudget(2, 500))
      .then(budgetChanged(2, 500), alert(2, 'budget_100', 'error'));
  });

  it('sets a budget on a session without one', () => {
    given(started(), tokens(1, 90, 90))
      .when(changeBudget(2, 100))
      .then(budgetChanged(2, 100), alert(2, 'budget_80'));
  });
});

describe('a session that pauses at the end of its budget', () => {
  const pausing = budget(100, { onBudget: 'pause' });
  const usedUp = [pausing, tokens(5, 100, 100), alert(5, 'budget_100', 'error'), paused(5, 'budget')];

  it('is paused with the tokens that use it up', () => {
    given(pausing)
      .when(recordTokens(5, 100))
      .then(tokens(5, 100, 100), alert(5, 'budget_100', 'error'), paused(5, 'budget'));
  });

  it('is not paused below it', () => {
    given(pausing)
      .when(recordTokens(5, 99))
      .then(tokens(5, 99, 99), alert(5, 'budget_95', 'error'));
  });

  it('goes on when the budget is raised', () => {
    given(...usedUp)
      .when(changeBudget(8, 1000))
      .then(budgetChanged(8, 1000), resumed(8, 'budget'));
    given(...usedUp)
      .when(changeBudget(8, 110))
      .then(budgetChanged(8, 110), alert(8, 'budget_80'), resumed(8, 'budget'));
  });

  it('stays paused when the new budget is used up too', () => {
    given(...usedUp)
      .when(changeBudget(8, 90))
      .then(budgetChanged(8, 90), alert(8, 'budget_100', 'error'));
    given(...usedUp, tokens(6, 50, 150))
      .when(changeBudget(8, 150))
      .then(budgetChanged(8, 150), alert(8, 'budget_100', 'error'));
  });

  it('is paused when the budget is lowered to what is used', () => {
    given(pausing, tokens(5, 60, 60))
      .when(changeBudget(8, 60))
      .then(budgetChanged(8, 60), alert(8, 'budget_100', 'error'), paused(8, 'budget'));
  });

  it('can be resumed by hand, and is then not paused again for the same budget', () => {
    given(...usedUp)
      .when(command('resume', 6))
      .then(resumed(6));
    given(...usedUp, resumed(6))
      .when(recordTokens(7, 50))
      .then(tokens(7, 50, 150));
  });

  it('that was paused by hand stays so when the budget is raised', () => {
    given(pausing, paused(1), tokens(2, 100, 100), alert(2, 'budget_100', 'error'))
      .when(changeBudget(8, 1000))
      .then(budgetChanged(8, 1000));
  });

  it('only alerts where it was started to', () => {
    given(budget(100, { onBudget: 'warn' }))
      .when(recordTokens(5, 100))
      .then(tokens(5, 100, 100), alert(5, 'budget_100', 'error'));
  });
});

describe('the alert that the budget will not last', () => {
  /** 10 tokens a minute, evenly: 600 in the hour. */
  const even = [tokens(1, 10, 10), tokens(2, 10, 20), tokens(3, 10, 30)];
  const uneven = [tokens(1, 10, 10), tokens(2, 1, 11), tokens(3, 20, 31)];

  it('comes when the pace is even and leads over the budget', () => {
    given(budget(500), ...even)
      .when(recordTokens(4, 10))
      .then(tokens(4, 10, 40), alert(4, 'budget_projected'));
  });

  it('comes once, and again after the budget was changed', () => {
    const story = [budget(500), ...even, tokens(4, 10, 40), alert(4, 'budget_projected')];
    given(...story)
      .when(recordTokens(5, 10))
      .then(tokens(5, 10, 50));
    given(...story)
      .when(changeBudget(5, 450))
      .then(budgetChanged(5, 450), alert(5, 'budget_projected'));
  });

  it('does not come when the pace leads to the budget exactly', () => {
    given(budget(600), ...even)
      .when(recordTokens(4, 10))
      .then(tokens(4, 10, 40));
  });

  it('does not come when the pace is uneven', () => {
    given(budget(500), ...uneven)
      .when(recordTokens(4, 20))
      .then(tokens(4, 20, 51));
  });

  it('does not come under three intervals', () => {
    given(budget(500), ...even.slice(0, 2))
      .when(recordTokens(3, 10))
      .then(tokens(3, 10, 30));
  });

  it('does not come beside the alert that the budget is used up', () => {
    given(budget(45), ...even)
      .when(recordTokens(4, 15))
      .then(tokens(4, 15, 45), alert(4, 'budget_100', 'error'));
  });

  it('does not come on a session without a limit, whose projection is its total', () => {
    given(budget(500, { duration: 0 }), ...even)
      .when(recordTokens(4, 10))
      .then(tokens(4, 10, 40));
  });

  it('counts the time that is left, so that a longer session may raise it', () => {
    given(budget(500, { duration: minutes(30) }), ...even, tokens(4, 10, 40))
      .when(command('change_duration', 4, { duration: minutes(60) }))
      .then(event('duration_changed', 4, { duration: minutes(60), reason: 'request' }), alert(4, 'budget_projected'));
  });
});
