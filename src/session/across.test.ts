import { describe, it } from 'vitest';
import { command, completed, event, given, paused, resumed, started, tokens } from './decider-specification.suite.ts';

/** What a budget across sessions does to one of them; see ledger/budgets.ts. */

const team = '019a8f5e-7c1b-7000-8000-00000000beef';
const other = '019a8f5e-7c1b-7000-8000-00000000cafe';
const reached = (budget: string) => ({ threshold: 'across_80', level: 'warning', message: 'look', budget }) as const;
const raise = (minute: number, budget: string) => command('raise_alert', minute, reached(budget));
const raised = (minute: number, budget: string) => event('alert_raised', minute, reached(budget));
const pausedBy = (minute: number, budget: string) => event('paused', minute, { reason: 'budget', budget });

describe('the alert of a budget across sessions', () => {
  it('is raised as often as it is asked for, whatever the session has raised', () => {
    given(started(), raised(5, team)).when(raise(6, other)).then(raised(6, other));
    given(started(), raised(5, team)).when(raise(6, team)).then(raised(6, team));
  });

  it('is raised in a session that is paused, or over', () => {
    given(started(), paused(5)).when(raise(6, team)).then(raised(6, team));
    given(started(), completed(5)).when(raise(6, team)).then(raised(6, team));
    given(started(), completed(5), raised(6, team)).when(raise(7, other)).then(raised(7, other));
  });

  it('takes nothing from the session’s own alerts', () => {
    given(started({ tokenBudget: 100 }), event('alert_raised', 1, { ...reached(team), threshold: 'budget_80' }))
      .when(command('record_tokens', 5, { tokensUsed: 80, operation: 'work', source: 'api' }))
      .then(
        tokens(5, 80, 80),
        event('alert_raised', 5, {
          threshold: 'budget_80',
          level: 'warning',
          message: '80 % of the token budget is used (80 of 100)',
        }),
      );
  });
});

describe('a session that a budget across sessions paused', () => {
  const story = [started({ tokenBudget: 100, onBudget: 'pause' }), pausedBy(5, team)] as const;

  it('is paused by it', () => {
    given(started())
      .when(command('pause', 5, { budget: team }))
      .then(pausedBy(5, team));
    given(started(), paused(4))
      .when(command('pause', 5, { budget: team }))
      .thenNothing();
  });

  it('is resumed by that budget alone', () => {
    given(...story)
      .when(command('resume', 6, { budget: team }))
      .then(resumed(6, 'budget'));
    given(...story)
      .when(command('resume', 6, { budget: other }))
      .thenNothing();
    given(started(), paused(5))
      .when(command('resume', 6, { budget: team }))
      .thenNothing();
    given(started())
      .when(command('resume', 6, { budget: team }))
      .thenNothing();
  });

  it('is resumed by hand', () => {
    given(...story)
      .when(command('resume', 6))
      .then(resumed(6));
  });

  it('stays paused when its own budget is raised', () => {
    given(...story)
      .when(command('change_budget', 6, { tokenBudget: 1000 }))
      .then(event('budget_changed', 6, { tokenBudget: 1000 }));
  });
});
