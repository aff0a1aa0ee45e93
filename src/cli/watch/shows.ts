import type { Session } from '../../sdk/index.ts';
import type { Client } from '../client.ts';
import { exitCodes, signalCode } from '../failure.ts';
import type { ServerFrame } from '../live.ts';
import { say } from '../say.ts';
import { screenOf } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { Board, openSessions } from './board.ts';
import { PlainLines } from './plain-lines.ts';
import { Redraw } from './redraw.ts';
import { viewLines } from './view.ts';

/** What shows the frames that come in. */
export interface Show {
  frame: (frame: ServerFrame) => void;
  /** The socket is open, at first and after each time that it was away. */
  back?: (client: Client) => void;
  away?: () => void;
  end?: () => Promise<void>;
}

/** Each frame as a line of JSON. */
export const frames = (): Show => ({ frame: (frame) => void process.stdout.write(`${JSON.stringify(frame)}\n`) });

/** Draws on a terminal; writes lines elsewhere. `end` leaves before the session does. */
export const shown = async (
  client: Client,
  screen: Screen,
  chosen: Session | undefined,
  end: (code: number) => void,
): Promise<Show> => {
  const board = new Board(client, () => show.change());
  for (const session of chosen ? [chosen] : await openSessions(client)) board.put(session);
  const show = screen.isTerminal ? drawing(board, chosen?.id, end) : printing(board, screen, chosen?.id);
  return show;
};

type Changing = Show & { change: () => void };

const printing = (board: Board, screen: Screen, chosen: string | undefined): Changing => {
  const lines = new PlainLines(screen, board);
  let isAway = false;
  if (chosen === undefined && board.all.length === 0) say('no session is open; waiting for one until Ctrl-C');
  const isLast = (frame: ServerFrame) =>
    frame.type === 'timer_update' && frame.status === 'completed' && frame.sessionId === chosen;
  return {
    change: () => {},
    frame: (frame) => {
      board.hear(frame);
      if (!isLast(frame)) print(lines.lineOf(frame, new Date()));
    },
    back: (client) => {
      isAway = false;
      void board.back(client, chosen);
    },
    away: () => {
      if (!isAway) say('the server does not answer; trying again …');
      isAway = true;
    },
    end: async () => {
      if (chosen === undefined) return;
      // What was used last may have been told before the end was, and not been heard.
      await board.refresh(chosen);
      const session = board.get(chosen)?.session;
      if (session?.status === 'completed') print(lines.lastLineOf(session, new Date()));
    },
  };
};

const print = (line: string | undefined): void => {
  if (line !== undefined) process.stdout.write(`${line}\n`);
};

const drawing = (board: Board, chosen: string | undefined, end: (code: number) => void): Changing => {
  const redraw = new Redraw((why) => end(why === 'quit' ? exitCodes.ok : signalCode('SIGINT')));
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
  const resize = () => {
    redraw.resized();
    change();
  };
  process.stdout.on('resize', resize);
  draw();
  return {
    change,
    frame: (frame) => board.hear(frame),
    back: (client) => {
      isAway = false;
      change();
      void board.back(client, chosen);
    },
    away: () => {
      isAway = true;
      change();
    },
    end: async () => {
      process.stdout.off('resize', resize);
      if (chosen !== undefined) await board.refresh(chosen);
      draw();
      redraw.end();
    },
  };
};
