import { everySession } from '../../sdk/live.ts';
import { open } from '../api.ts';
import { clientOf } from '../client.ts';
import type { Settings } from '../command.ts';
import { connectionNow } from '../connection.ts';
import { signalCode } from '../failure.ts';
import { follow } from '../live.ts';
import type { Screen } from '../screen.ts';
import { Feed } from './feed.ts';
import { drawing, printing, values } from './shows.ts';
import type { Show } from './shows.ts';
import type { Span } from './span.ts';

const tickMs = 1000;

export interface Asked {
  span: Span;
  timeZone: string;
}

/** Usage live, until it is left: drawn on a terminal; elsewhere lines. Resolves to the exit code. */
export const liveUsage = async (settings: Settings, screen: Screen, { span, timeZone }: Asked): Promise<number> => {
  const client = await open(settings);
  const feed = new Feed({ client, span, timeZone });
  await feed.ask();
  const ended = Promise.withResolvers<number>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => ended.resolve(signalCode(signal)));
  const show = showOf(feed, settings, screen, timeZone, ended.resolve);
  feed.onFigures = show.figures;
  if (feed.figures) show.figures(feed.figures);
  const live = follow(() => connectionNow(settings), everySession, {
    onFrame: (frame) => feed.hear(frame),
    onBack: (connection) => {
      show.away(false);
      feed.back(clientOf(connection));
    },
    onAway: () => show.away(true),
    onRefused: ended.reject,
  });
  const timer = setInterval(() => {
    feed.tick();
    show.tick?.();
  }, tickMs);
  try {
    return await ended.promise;
  } finally {
    clearInterval(timer);
    live.close();
    feed.end();
    show.end?.();
  }
};

const showOf = (
  feed: Feed,
  settings: Settings,
  screen: Screen,
  timeZone: string,
  leave: (code: number) => void,
): Show => {
  if (settings.json) return values();
  return screen.isTerminal ? drawing(feed, timeZone, leave) : printing(feed, timeZone);
};
