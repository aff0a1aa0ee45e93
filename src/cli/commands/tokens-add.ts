import { ask, open } from '../api.ts';
import { command, optional, required, withDefault } from '../command.ts';
import { countWords, parseCount, parseCountOrZero } from '../count.ts';
import { label, text, usd } from '../parse.ts';
import { nameOf } from '../session-words.ts';
import { chooseSession, oneSession, sessionHelp, sessionOption } from '../session-choice.ts';

export const tokensAddCommand = command({
  about:
    'Records tokens that a session used. Parts that are given must add up to the count; cache reads stand beside it.',
  args: {
    count: required('<count>', 'tokens: 500, 12k, 1.5M', parseCount),
    session: optional('[session]', sessionHelp, text),
  },
  options: {
    session: sessionOption,
    operation: withDefault('-o, --operation <text>', 'what they were used for (manual)', label, 'manual'),
    model: optional('-m, --model <name>', 'which model used them', label),
    input: optional('--input <count>', 'of these, input', parseCountOrZero),
    output: optional('--output <count>', 'of these, output', parseCountOrZero),
    cacheWrite: optional('--cache-write <count>', 'of these, written to a cache for 5 minutes', parseCountOrZero),
    cacheRead: optional('--cache-read <count>', 'besides these, read from a cache', parseCountOrZero),
    cost: optional('--cost <usd>', 'what they cost in US dollars', usd),
  },
  examples: [
    ['12k', 'to the latest session that is open'],
    ['1500 review -o "second pass" -m opus', 'to the one called review'],
    ['1200 --input 1000 --output 200 --cache-read 40k', 'in parts'],
  ],
  exec: async ({ args, options, settings }) => {
    const client = await open(settings);
    const session = await chooseSession(client, oneSession(args.session, options.session), ['active', 'paused']);
    const { operation, model, input, output, cacheRead, cacheWrite: cacheWrite5m, cost: costUsd } = options;
    const parts = { model, input, output, cacheRead, cacheWrite5m, costUsd };
    const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
    const body = { tokensUsed: args.count, operation, ...given };
    const path = { id: session.id };
    const recorded = await ask(client.POST('/api/sessions/{id}/tokens', { params: { path }, body }));
    return {
      value: recorded,
      text: () => `added ${countWords(args.count)} tokens to ${nameOf(session)} · ${totals(recorded, session)}`,
    };
  },
});

const totals = ({ totalUsed }: { totalUsed: number }, { tokenBudget }: { tokenBudget?: number }): string =>
  `${countWords(totalUsed)} ${tokenBudget === undefined ? 'in all' : `of ${countWords(tokenBudget)}`}`;
