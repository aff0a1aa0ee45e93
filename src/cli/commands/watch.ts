import type { Session, StintClient } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import { command, optional } from '../command.ts';
import type { Settings } from '../command.ts';
import { connectionNow } from '../connection.ts';
import { exitCodes } from '../failure.ts';
import { everySession, Live } from '../live.ts';
import type { ServerFrame } from '../live.ts';
import { text } from '../parse.ts';
import { screenOf } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { chooseSession } from '../session-choice.ts';
import { Board } from '../watch/board.ts';
import { PlainLines } from '../watch/plain-lines.ts';
import { Redraw } from '../watch/redraw.ts';
import { viewLines } from '../watch/view.ts';

const listed = 200;
const signalled = 128;
const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

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

/** What shows the frames that come in. */
interface Show {
  frame: (frame: ServerFrame) => void;
  away?: (isAway: boolean) => void;
  end?: () => Promise<void>;
}

const watch = async (
  client: StintClient,
  settings: Settings,
  screen: Screen,
  chosen: Session | undefined,
): Promise<number> => {
  const ended = Promise.withResolvers<number>();
  const end = (code: number) => ended.resolve(code);
  const show = settings.json ? frames() : await shown(client, screen, chosen, end);
  const live = new Live(() => connectionNow(settings), chosen?.id ?? everySession, {
    onFrame: (frame) => {
      show.frame(frame);
      if (chosen && frame.type === 'timer_update' && frame.status === 'completed') end(exitCodes.ok);
    },
    onBack: () => show.away?.(false),
    onAway: () => show.away?.(true),
    onRefused: ended.reject,
  });
  for (const [signal, number] of Object.entries(signals)) process.once(signal, () => end(signalled + number));
  try {
    return await ended.promise;
  } finally {
    live.close();
    await show.end?.();
  }
};

const frames = (): Show => ({ frame: (frame) => void process.stdout.write(`${JSON.stringify(frame)}\n`) });

const shown = async (
  client: StintClient,
  screen: Screen,
  chosen: Session | undefined,
  end: (code: number) => void,
): Promise<Show> => {
  const board = new Board(client, () => show.change());
  for (const session of chosen ? [chosen] : await openSessions(client)) board.put(session);
  const show = screen.isTerminal ? drawing(board, chosen?.id, end) : printing(board, screen);
  return show;
};

const openSessions = async (client: StintClient): Promise<Session[]> => {
  const lists = await Promise.all(
    (['active', 'paused'] as const).map((status) =>
      ask(client.GET('/api/sessions', { params: { query: { status, limit: listed } } })),
    ),
  );
  return lists.flatMap(({ sessions }) => sessions);
};

type Changing = Show & { change: () => void };

const printing = (board: Board, screen: Screen): Changing => {
  const lines = new PlainLines(screen, board);
  return {
    change: () => {},
    frame: (frame) => {
      board.hear(frame);
      const line = lines.lineOf(frame, new Date());
      if (line !== undefined) process.stdout.write(`${line}\n`);
    },
    away: (isAway) => void (isAway && process.stderr.write('stint: the server does not answer; trying again …\n')),
  };
};

const drawing = (board: Board, chosen: string | undefined, end: (code: number) => void): Changing => {
  const redraw = new Redraw((why) => end(why === 'quit' ? exitCodes.ok : signalled + signals.SIGINT));
  let isAway = false;
  let planned = false;
  const draw = () => {
    planned = false;
    const screen = screenOf(process.stdout, process.env);
    const watched = board.all.filter(({ session }) => chosen !== undefined || session.status !== 'completed');
    const note = isAway ? ['', 'The server does not answer; trying again …'] : [];
    redraw.draw([...viewLines(screen, watched, Date.now()), ...note]);
  };
  // Frames that come together are drawn together.
  const change = () => {
    if (!planned) setImmediate(draw);
    planned = true;
  };
  process.stdout.on('resize', change);
  draw();
  return {
    change,
    frame: (frame) => board.hear(frame),
    away: (now) => {
      isAway = now;
      change();
    },
    end: async () => {
      process.stdout.off('resize', change);
      if (chosen !== undefined) await board.refresh(chosen);
      draw();
      redraw.end();
    },
  };
};
