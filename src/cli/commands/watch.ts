import type { Session } from '../../sdk/index.ts';
import type { Client } from '../client.ts';
import { open } from '../api.ts';
import { clientOf } from '../client.ts';
import { command, optional } from '../command.ts';
import type { Settings } from '../command.ts';
import { connectionNow } from '../connection.ts';
import { exitCodes, signalCode } from '../failure.ts';
import { follow } from '../live.ts';
import { everySession } from '../../sdk/live.ts';
import { text } from '../parse.ts';
import type { Screen } from '../screen.ts';
import { chooseSession } from '../session-choice.ts';
import { frames, shown } from '../watch/shows.ts';

export const watchCommand = command({
  about:
    'Shows a session live until it completes: time, tokens, pace, alerts. Without one, all that are open, until q or Ctrl-C. In a pipe it writes a line for each change, with --json each frame as a line of JSON.',
  args: {
    session: optional(
      '[session]',
      'id, its beginning or end, or name; - is the latest that is open; nothing: all',
      text,
    ),
  },
  options: {},
  examples: [
    ['', 'all open sessions'],
    ['-', 'the latest that is open'],
    ['review --json', 'the frames of the one called review'],
  ],
  exec: async ({ args, settings, screen }) => {
    const client = await open(settings);
    const chosen =
      args.session === undefined ? undefined : await chooseSession(client, args.session, ['active', 'paused']);
    return watch(client, settings, screen, chosen);
  },
});

const watch = async (
  client: Client,
  settings: Settings,
  screen: Screen,
  chosen: Session | undefined,
): Promise<number> => {
  const ended = Promise.withResolvers<number>();
  const end = (code: number) => ended.resolve(code);
  const show = settings.json ? frames() : await shown(client, screen, chosen, end);
  const live = follow(() => connectionNow(settings), chosen?.id ?? everySession, {
    onFrame: (frame) => {
      show.frame(frame);
      if (chosen && frame.type === 'timer_update' && frame.status === 'completed') end(exitCodes.ok);
    },
    onBack: (connection) => show.back?.(clientOf(connection)),
    onAway: () => show.away?.(),
    onRefused: ended.reject,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end(signalCode(signal)));
  try {
    return await ended.promise;
  } finally {
    live.close();
    await show.end?.();
  }
};
