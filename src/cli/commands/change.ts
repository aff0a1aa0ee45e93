import { ask, open } from '../api.ts';
import { command, optional } from '../command.ts';
import { parseCount } from '../count.ts';
import { parseDuration } from '../duration.ts';
import { usageFailure } from '../failure.ts';
import { label, text } from '../parse.ts';
import { chooseSession, sessionHelp } from '../session-choice.ts';
import { sessionLine } from '../session-words.ts';

export const changeCommand = command({
  about: 'Changes an open session’s time, budget or name. More budget resumes a session that its budget has paused.',
  args: { session: optional('[session]', sessionHelp, text) },
  options: {
    for: optional('-f, --for <duration>', 'time in all, from its start', parseDuration),
    budget: optional('-b, --budget <tokens>', 'token budget in all', parseCount),
    name: optional('-n, --name <name>', 'what to call it', label),
  },
  examples: [
    ['--for 6h', 'six hours in all for the latest that is open'],
    ['review --budget 300k', 'a larger budget for the one called review'],
  ],
  exec: async ({ args, options, settings }) => {
    const { for: duration, budget: tokenBudget, name } = options;
    const given = Object.entries({ duration, tokenBudget, name }).filter(([, value]) => value !== undefined);
    if (given.length === 0) throw usageFailure('say what to change: --for, --budget or --name');
    const client = await open(settings);
    const { id } = await chooseSession(client, args.session, ['active', 'paused']);
    const body = Object.fromEntries(given);
    const session = await ask(client.PATCH('/api/sessions/{id}', { params: { path: { id } }, body }));
    return { value: session, text: (screen) => sessionLine(screen, session, 'changed') };
  },
});
