import { uptime } from 'node:os';
import { ask } from '../api.ts';
import { clientOf } from '../client.ts';
import { checkoutRoot } from '../checkout.ts';
import type { Settings } from '../command.ts';
import { connectionNow } from '../connection.ts';
import { follow as followLive } from '../live.ts';
import type { Session } from '../../sdk/index.ts';
import { say } from '../say.ts';
import { startCommand } from './child.ts';
import type { Ended, Running } from './child.ts';
import { Course } from './course.ts';
import { commandEnvironment } from './environment.ts';
import { Pauses } from './pauses.ts';
import { stopTree } from './stopping.ts';
import { terminalOf, Title } from './terminal.ts';
import { noteTerminalModes } from './terminal-modes.ts';

/** Runs the command and stays with it until its end: keeps the title, passes signals on, stops it when its time is up. */

const titleMs = 5000;
const lookMs = 1000;
/** Changes of the budget have no frame of their own: the session is asked for again so often, ms. */
const askMs = 15_000;
/** A command is not kept from starting for longer by a server that does not answer, ms. */
const patienceMs = 1500;

export interface Errand {
  session: Session;
  settings: Settings;
  words: readonly string[];
  /** At the end of the time the command is stopped; otherwise it runs on. */
  stopsAtEnd: boolean;
}

export const attend = async (errand: Errand): Promise<{ ended: Ended; course: Course; wasStopped: boolean }> => {
  const { session, settings, words, stopsAtEnd } = errand;
  const course = new Course(session, () => uptime() * 1000);
  const pauses = new Pauses();
  await begin(settings, course, pauses);
  const resetTerminal = stopsAtEnd ? noteTerminalModes() : () => {};
  const write = terminalOf([process.stderr, process.stdout], process.env);
  const title = write && new Title(write, process.env);
  const signals = new Signals();
  title?.show(course);
  const running = startCommand(words, commandEnvironment(process.env, checkoutRoot));
  signals.passTo(running);
  const release =
    running.pid === undefined ? async () => false : accompany(errand, running.pid, { course, pauses, title });
  const ended = await running.ended;
  const wasStopped = await release();
  title?.end();
  if (ended.signal !== undefined) resetTerminal();
  signals.release();
  return { ended, course, wasStopped };
};

/** Whatever it was, or if the server has no time for it, the command is started. */
const begin = async (settings: Settings, course: Course, pauses: Pauses): Promise<void> => {
  try {
    const connection = await connectionNow(settings);
    if (connection) course.put(await pauses.atStart(clientOf(connection, patienceMs), course.session, say));
  } catch {
    // It is heard of while the command runs.
  }
};

/** The command may be amid a line, and may have set its terminal so that a line's end is no return. */
const sayBeside = (sentence: string): void => {
  const [before, after] = process.stderr.isTTY ? ['\r\n', '\r'] : ['', ''];
  process.stderr.write(before);
  say(sentence);
  process.stderr.write(after);
};

/** All that goes on beside the command; the function that is returned ends it, and tells whether it stopped the command. */
const accompany = (
  { session, settings, stopsAtEnd }: Errand,
  pid: number,
  { course, pauses, title }: { course: Course; pauses: Pauses; title: Title | undefined },
): (() => Promise<boolean>) => {
  const follower = follow(session.id, settings, course, pauses);
  const titles = setInterval(() => title?.show(course), titleMs);
  let stopping: Promise<void> | undefined;
  const look = (): NodeJS.Timeout => {
    const { remaining } = course;
    title?.notify(course);
    if (stopsAtEnd && remaining === 0) stopping ??= stopTree(pid);
    return setTimeout(() => (looking = look()), Math.min(lookMs, remaining || lookMs));
  };
  let looking = look();
  return async () => {
    clearTimeout(looking);
    clearInterval(titles);
    follower.close();
    // What descends from the command may need longer than it.
    await stopping;
    return stopping !== undefined;
  };
};

/** Hears what becomes of the session. While the server is away the course goes on by itself. */
const follow = (id: string, settings: Settings, course: Course, pauses: Pauses): { close: () => void } => {
  const find = () => connectionNow(settings);
  const refresh = async () => {
    try {
      const connection = await find();
      if (connection === undefined) return;
      const client = clientOf(connection);
      course.put(await ask(client.GET('/api/sessions/{id}', { params: { path: { id } } })));
      await pauses.look(client, course.session, sayBeside);
    } catch {
      // Whatever it was, the command runs on; it is asked again.
    }
  };
  const live = followLive(find, id, { onFrame: (frame) => void (course.hear(frame) && refresh()) });
  const asking = setInterval(() => void refresh(), askMs);
  return {
    close: () => {
      clearInterval(asking);
      live.close();
    },
  };
};

/** The keyboard's signals reach the command without stint, which waits for its end; others are passed on. */
class Signals {
  readonly #ignored = ['SIGINT', 'SIGQUIT'] as const;
  readonly #passed = ['SIGTERM', 'SIGHUP'] as const;
  #running: Running | undefined;
  readonly #ignore = () => {};
  readonly #pass = (signal: NodeJS.Signals) => this.#running?.kill(signal);

  constructor() {
    for (const signal of this.#ignored) process.on(signal, this.#ignore);
    for (const signal of this.#passed) process.on(signal, this.#pass);
  }

  passTo(running: Running): void {
    this.#running = running;
  }

  release(): void {
    for (const signal of this.#ignored) process.off(signal, this.#ignore);
    for (const signal of this.#passed) process.off(signal, this.#pass);
  }
}
