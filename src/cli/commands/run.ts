import { basename, resolve } from 'node:path';
import type { Schemas, Session } from '../../sdk/index.ts';
import { ask } from '../api.ts';
import { clientOf } from '../client.ts';
import { command, optional, several, withDefault } from '../command.ts';
import { connect } from '../connection.ts';
import type { Connection } from '../connection.ts';
import type { Failure } from '../failure.ts';
import { limitOptions, limitsOf } from '../limits.ts';
import { choice, label } from '../parse.ts';
import { processStart } from '../../place.ts';
import { attend } from '../run/attend.ts';
import type { Ended } from '../run/child.ts';
import { completeRun, discardRun } from '../run/closing.ts';
import type { Untold } from '../run/closing.ts';
import { summaryText, summaryValue } from '../run/summary.ts';
import type { Result } from '../run/summary.ts';
import { say } from '../say.ts';
import { screenOf } from '../screen.ts';
import { shortId } from '../session-words.ts';

const longestName = 200;

export const runCommand = command({
  about:
    'Runs a command as a session, with its own terminal: time counts down and the tokens that its agent leaves in transcripts are counted. Ends with the command’s exit code: 128 + n for a signal, 127 when there is no such command, 126 when it can’t be started, and then no session is left. A server is started at the beginning where none runs (not with --no-start), and none at the end: one that was stopped meanwhile stays stopped, and reads at its next start when the command ended.',
  args: { words: several('<command...>', 'the command and its arguments') },
  options: {
    ...limitOptions,
    name: optional('-n, --name <name>', 'what to call the session', label),
    onEnd: withDefault(
      '--on-end <what>',
      'when the time is up: warn and run on, or stop the command (INT, 10 s, TERM, 10 s, KILL) (warn)',
      choice(['warn', 'stop']),
      'warn',
    ),
  },
  passesThrough: true,
  examples: [
    ['--for 5h --budget 200k -- claude', 'an agent, with five hours and 200,000 tokens'],
    ['--for 25m --on-end stop -- npm test', 'stopped after 25 minutes'],
    ['--name login -- claude --resume', 'what follows the command is its own'],
    ['--json -- make 2>/dev/null', 'the summary as JSON, after the command’s own output'],
  ],
  exec: async ({ args, options, settings }) => {
    const { words } = args;
    const connection = await connect(settings);
    const session = await ask(
      clientOf(connection).POST('/api/sessions', {
        body: {
          name: options.name ?? usualName(words),
          ...limitsOf(options),
          onDue: options.onEnd === 'warn' ? 'extend' : 'complete',
          ...runOf(connection),
        },
      }),
    );
    const { ended, course, wasStopped } = await attend({
      session,
      settings,
      words,
      stopsAtEnd: options.onEnd === 'stop',
    });
    // Untold, it is as the course has it: the last that the server said, and the time since.
    const last = { ...course.session, elapsed: course.elapsed };
    const endedAt = Date.now();
    const ending = { settings, id: session.id, endedAt, isHere: connection.isHere };
    if (ended.problem !== undefined) {
      tellUnstarted(ended, session, await discardRun(ending), settings.json);
      return ended.exitCode;
    }
    const closed = await completeRun(ending);
    const told = 'session' in closed;
    tell(
      {
        session: told ? closed.session : last,
        plannedMs: course.plannedMs,
        ended,
        wasStopped,
        ...(told ? {} : { untold: { ...closed, endedAt } }),
      },
      settings.json,
    );
    return ended.exitCode;
  },
});

/** `claude in stint`. */
const usualName = ([name = '']: readonly string[]): string =>
  `${basename(name)} in ${basename(process.cwd()) || '/'}`.slice(0, longestName);

/** What the server needs to read the command's transcripts and to see that it still runs; it can't on another machine. */
const runOf = ({ isHere }: Connection): { run?: Schemas['Run'] } => {
  if (!isHere) {
    say('the server is elsewhere, so that the tokens of this command are not counted');
    return {};
  }
  const { pid } = process;
  const startedAt = processStart(pid);
  const configDir = process.env['CLAUDE_CONFIG_DIR'];
  return {
    run: {
      directory: process.cwd(),
      pid,
      ...(startedAt === undefined ? {} : { pidStartedAt: startedAt }),
      ...(configDir ? { agentConfigDir: resolve(configDir) } : {}),
    },
  };
};

/** There was nothing to time: its session is gone, unless the server could not be told. */
const tellUnstarted = (ended: Ended, { id }: Session, remains: Failure | undefined, json: boolean): void => {
  const { exitCode, problem } = ended;
  process.exitCode = exitCode;
  if (problem !== undefined) say(problem);
  if (remains) say(`its session ${shortId(id)} remains (${remains.message}); remove it with: stint rm ${shortId(id)}`);
  const value = { session: remains ? { id } : null, exitCode, started: false, problem };
  if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
};

/** What becomes of a session whose server does not know that it ended. */
const nextOf = ({ isKept }: Untold, { run, id }: Session): string => {
  if (isKept) return 'it ends the session with this moment when it runs again';
  if (run) return 'the moment could not be kept: it ends the session when it runs again, with that later time';
  return `its time goes on there, and the moment of the end can't be told later; end it with: stint done ${shortId(id)}`;
};

/** On stderr, as stdout is the command's; with `--json` after it on stdout. */
const tell = (result: Result, json: boolean): void => {
  const { ended, untold, session } = result;
  process.exitCode = ended.exitCode;
  if (untold !== undefined)
    say(`the server could not be told of the end (${untold.why.message}); ${nextOf(untold, session)}`);
  if (json) process.stdout.write(`${JSON.stringify(summaryValue(result))}\n`);
  else {
    const screen = screenOf(process.stderr, process.env);
    // Whatever the command wrote last may have no end of line.
    process.stderr.write(`${screen.isTerminal ? '\n' : ''}${summaryText(screen, result)}\n`);
  }
};
