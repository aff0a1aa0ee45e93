import { optional } from './command.ts';
import { parseCount } from './count.ts';
import { durationWords, parseDuration } from './duration.ts';
import { choice } from './parse.ts';

/** The options that `start` and `run` share: how long, how much, and what then. */

/** As long as a window of the agents’ subscriptions. */
const usualDurationMs = 5 * 3_600_000;

export const limitOptions = {
  for: optional('-f, --for <duration>', `time: 5h, 90m, 1h30m, 2d (${durationWords(usualDurationMs)})`, parseDuration),
  budget: optional('-b, --budget <tokens>', 'token budget: 500, 200k, 1.5M', parseCount),
  onBudget: optional(
    '--on-budget <what>',
    'when the budget is used: warn, or pause the session’s time (warn)',
    choice(['warn', 'pause']),
  ),
  count: optional(
    '--count <which>',
    'tokens that count: new (input, output, cache writes), or all, cache reads too (new)',
    choice(['new', 'all']),
  ),
};

/** What is said to whom did not say how long. */
export const defaultWords = `${durationWords(usualDurationMs)}, the default; change it with: stint change --for 2h`;

interface Limits {
  for: number | undefined;
  budget: number | undefined;
  onBudget: 'warn' | 'pause' | undefined;
  count: 'new' | 'all' | undefined;
}

/** The limits as the API takes them. */
export const limitsOf = ({ for: duration = usualDurationMs, budget, onBudget, count }: Limits) => ({
  duration,
  ...(budget === undefined ? {} : { tokenBudget: budget }),
  ...(onBudget === undefined ? {} : { onBudget }),
  ...(count === undefined ? {} : { budgetCounts: count }),
});
