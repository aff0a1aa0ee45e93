import { exitCodes, signalCode } from '../failure.ts';
import { say } from '../say.ts';
import { screenOf } from '../screen.ts';
import { Redraw } from '../watch/redraw.ts';
import type { Shown } from './amounts.ts';
import type { Feed } from './feed.ts';
import type { Figures } from './figures.ts';
import { usageLine, usageLines } from './view.ts';

/** What shows the figures as they come in. */
export interface Show {
  figures: (figures: Figures) => void;
  /** A second has passed. */
  tick?: () => void;
  /** Whether the server answers. */
  away: (isAway: boolean) => void;
  end?: () => void;
}

/** Each time that they are asked for, as a line of JSON. */
export const values = (): Show => ({
  figures: (figures) => void process.stdout.write(`${JSON.stringify(figures)}\n`),
  away: () => {},
});

/** A line when something was used, at most one a second. */
export const printing = (feed: Feed, timeZone: string): Show => {
  let said: string | undefined;
  let isAway = false;
  const print = () => {
    if (feed.figures === undefined) return;
    const used = JSON.stringify(feed.figures.used);
    if (used === said) return;
    said = used;
    process.stdout.write(`${usageLine({ figures: feed.figures, now: feed.now, timeZone, isAway })}\n`);
  };
  return {
    figures: () => said === undefined && print(),
    tick: print,
    away: (is) => {
      if (is && !isAway) say('the server does not answer; trying again …');
      isAway = is;
    },
  };
};

/** Drawn at most so often in any second; a change after a quiet moment shows at once. */
const mostDrawn = 4;
const secondMs = 1000;

/** Drawn anew when something has changed, or a clock has moved. */
export const drawing = (feed: Feed, timeZone: string, leave: (code: number) => void): Show => {
  const redraw = new Redraw(
    (why) => leave(why === 'quit' ? exitCodes.ok : signalCode('SIGINT')),
    (key) => key === 't' && feed.next(),
  );
  const state = { isAway: false, isResized: false };
  const drawnAt: number[] = Array.from({ length: mostDrawn }, () => -Infinity);
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    timer = undefined;
    if (feed.figures === undefined) return;
    if (state.isResized) redraw.resized();
    state.isResized = false;
    const shown: Shown = { figures: feed.figures, now: feed.now, timeZone, isAway: state.isAway };
    if (!redraw.draw(usageLines(screenOf(process.stdout, process.env), shown))) return;
    drawnAt.push(performance.now());
    drawnAt.shift();
  };
  const change = () => {
    timer ??= setTimeout(draw, Math.max(0, (drawnAt[0] ?? 0) + secondMs - performance.now()));
  };
  const resize = () => {
    state.isResized = true;
    change();
  };
  process.stdout.on('resize', resize);
  return {
    figures: change,
    tick: change,
    away: (isAway) => {
      state.isAway = isAway;
      change();
    },
    end: () => {
      process.stdout.off('resize', resize);
      clearTimeout(timer);
      draw();
      redraw.end();
    },
  };
};
