import type { Session } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import { command, flag, optional } from '../command.ts';
import { confirm } from '../confirm.ts';
import { parseCount } from '../count.ts';
import { durationWords, parseDuration } from '../duration.ts';
import { usageFailure } from '../failure.ts';
import { label, text } from '../parse.ts';
import { chooseSession, sessionHelp } from '../session-choice.ts';
import { nameOf, sessionLine } from '../session-words.ts';

export const changeCommand = command({
  about: 'Changes an open session’s time, budget or name. More budget resumes a session that its budget has paused.',
  args: { session: optional('[session]', sessionHelp, text) },
  options: {
    for: optional('-f, --for <duration>', 'time in all, from its start', parseDuration),
    budget: optional('-b, --budget <tokens>', 'token budget in all', parseCount),
    name: optional('-n, --name <name>', 'what to call it', label),
    yes: flag('-y, --yes', 'do not ask when that completes it'),
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
    const session = await chooseSession(client, args.session, ['active', 'paused']);
    if (duration !== undefined && duration <= session.elapsed && !options.yes) await askToComplete(session);
    const body = Object.fromEntries(given);
    const params = { path: { id: session.id } };
    const changed = await ask(client.PATCH('/api/sessions/{id}', { params, body }));
    const word = changed.status === 'completed' ? 'completed' : 'changed';
    return { value: changed, text: (screen) => sessionLine(screen, changed, word) };
  },
});

/** Less time than has passed is the end of a session, and that is final. */
const askToComplete = (session: Session): Promise<void> =>
  confirm({
    ask: `“${nameOf(session)}” has run for ${durationWords(session.elapsed)} already: that completes it, for good. Go on?`,
    yesMeans: 'complete it without a question',
    ifNot: 'nothing was changed',
  });
