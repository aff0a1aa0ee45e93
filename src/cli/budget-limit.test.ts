import { describe, expect, it } from 'vitest';
import { parseBudget } from './budget-limit.ts';

const hour = 3600_000;

describe('a budget as it is typed', () => {
  it.each([
    ['day 5M', 'day', 'tokens', 5_000_000],
    ['5M tokens per day', 'day', 'tokens', 5_000_000],
    ['5M day', 'day', 'tokens', 5_000_000],
    ['daily 500 tokens', 'day', 'tokens', 500],
    ['day 0.5k', 'day', 'tokens', 500],
    ['month 1000', 'month', 'tokens', 1000],
    ['total 1.5g', 'total', 'tokens', 1_500_000_000],
    ['200k tokens in all', 'total', 'tokens', 200_000],
    ['1 token a week', 'week', 'tokens', 1],
    ['5m tokens a day', 'day', 'tokens', 5_000_000],
    ['month 200usd', 'month', 'usd', '200'],
    ['$19.99 a month', 'month', 'usd', '19.99'],
    ['200 dollars each week', 'week', 'usd', '200'],
    ['month 0.005USD', 'month', 'usd', '0.005'],
    ['week 40h', 'week', 'time', 40 * hour],
    ['40 hours per week', 'week', 'time', 40 * hour],
    ['day 1h30m', 'day', 'time', 1.5 * hour],
    ['day 90min', 'day', 'time', 1.5 * hour],
    ['month 2 days', 'month', 'time', 48 * hour],
  ])('%s', (typed, period, measure, limit) => {
    expect(parseBudget([typed])).toEqual({ period, measure, limit });
    expect(parseBudget(typed.split(' '))).toEqual({ period, measure, limit });
  });

  it.each([
    ['', /say how much and for how long/],
    ['', /for example: stint budget set 20usd day/],
    ['5M', /the period is missing: day, week, month, or total .*: stint budget set 5M day$/],
    ['day', /how much is missing; for example: stint budget set 20usd day/],
    ['day week 5M', /a budget has one period/],
    ['month 200', /“200” can’t be a limit: it could be dollars \(200usd\) or tokens \(“200 tokens”\): say which/],
    ['50€', /money is counted in US dollars, which are written 50usd/],
    ['50€ day', /written 50usd/],
    ['€50 day', /written 50usd/],
    ['9.99 eur a month', /written 9.99usd/],
    ['0usd day', /^“0usd” can’t be a limit: a limit is more than 0$/],
    ['$0.00 day', /more than 0/],
    ['day 30m', /30m could be tokens \(30M\) or minutes \(30min\)/],
    ['day lots', /can’t be a limit: /],
    ['day 5 apples', /can’t be a limit/],
    ['day -5', /can’t be a limit/],
    ['month 1.234567890usd', /dollars look like/],
    ['day 0', /is 1 or more/],
    ['day 1.5', /is whole/],
  ])('“%s” is refused', (typed, sentence) => {
    expect(() => parseBudget(typed.split(' '))).toThrow(sentence);
  });
});
