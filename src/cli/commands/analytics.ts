import { ask, open } from '../api.ts';
import { analyticsText } from '../analytics-words.ts';
import { command, optional, several, withDefault } from '../command.ts';
import { choice, text } from '../parse.ts';
import { chooseSession } from '../session-choice.ts';

const periods = ['hour', 'day', 'week', 'month'] as const;

export const analyticsCommand = command({
  about: 'Shows what was used when: tokens, sessions and their active time in the last hour, day, week or month.',
  args: { period: withDefault('[period]', `${periods.join(', ')} (day)`, choice(periods), 'day') },
  options: {
    tz: optional('--tz <zone>', 'IANA time zone in which hours and days begin (this machine’s)', text),
    session: several('-s, --session <session>', 'only this one: id, its beginning or end, or name; may be repeated'),
  },
  examples: [
    ['', 'the last 24 hours, by hour'],
    ['month', 'the last 30 days, by day'],
    ['week --tz America/New_York -s review', 'of one session, by New York’s days'],
    ['--json', 'the same as the API answers it'],
  ],
  exec: async ({ args, options, settings }) => {
    const client = await open(settings);
    const sessions = await sessionIds(client, options.session);
    const tz = options.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    const query = { period: args.period, tz, ...(sessions === undefined ? {} : { sessions }) };
    const found = await ask(client.GET('/api/analytics/usage', { params: { query } }));
    return { value: found, text: (screen) => analyticsText(screen, found) };
  },
});

/** Ids as the API takes them; undefined where none was named. */
export const sessionIds = async (
  client: Parameters<typeof chooseSession>[0],
  named: readonly string[],
): Promise<string | undefined> => {
  if (named.length === 0) return undefined;
  const chosen = await Promise.all(
    named.map((name) => chooseSession(client, name, ['active', 'paused'], ['completed'])),
  );
  return chosen.map(({ id }) => id).join(',');
};
