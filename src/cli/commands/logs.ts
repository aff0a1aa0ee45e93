import { command, flag, withDefault } from '../command.ts';
import { noServer, tellOfFolder } from '../connection.ts';
import { exitCodes, Failure } from '../failure.ts';
import { lastLines, linesSince } from '../log-tail.ts';
import { entryOf, lineOf, recordIn } from '../log-line.ts';
import { choice, wholeNumber } from '../parse.ts';
import { fitted } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { dataFolder, logFilesIn, logFolder } from '../../place.ts';

const levels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
const numbers = { DEBUG: 20, INFO: 30, WARN: 40, ERROR: 50 } as const;
const usualCount = 50;
const lookMs = 200;

export const logsCommand = command({
  about: 'Prints the server’s log from the data folder, one line an entry, oldest first; no server need run.',
  args: {},
  options: {
    follow: flag('-f, --follow', 'go on with what is added, until Ctrl-C'),
    level: withDefault('--level <level>', `at least ${levels.join(', ')} (DEBUG)`, choice(levels), 'DEBUG'),
    lines: withDefault(
      '-n, --lines <count>',
      `how many of the newest (${usualCount})`,
      wholeNumber(0, 1_000_000),
      usualCount,
    ),
  },
  examples: [
    ['', `the newest ${usualCount} lines`],
    ['-f --level WARN', 'what goes wrong, as it does'],
    ['-n 1000 --json', 'for scripts, with all that an entry has'],
  ],
  exec: async ({ options: { follow, level, lines: count }, settings, screen }) => {
    tellOfFolder(settings);
    const folder = dataFolder(settings.data, process.env);
    if (logFilesIn(folder).length === 0) throw noLog(folder);
    const isWanted = (line: string) => (recordIn(line)?.level ?? numbers.ERROR) >= numbers[level];
    const { lines, end } = lastLines(folder, count, isWanted);
    if (!follow) {
      const value = { lines: lines.map(entryOf) };
      return { value, text: () => lines.map((line) => lineOf(screen, line)).join('\n') };
    }
    print(lines, settings.json, screen);
    for (let place = end; ;) {
      const added = linesSince(folder, place);
      print(added.lines.filter(isWanted), settings.json, screen);
      place = added.end;
      if (added.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  },
});

const noLog = (folder: string): Failure =>
  new Failure(exitCodes.notFound, 'no_log', `there is no log in ${logFolder(folder)}: ${noServer(folder).message}`);

const print = (lines: readonly string[], json: boolean, screen: Screen): void => {
  const told = lines.map((line) => (json ? JSON.stringify(entryOf(line)) : fitted(screen, lineOf(screen, line))));
  if (told.length > 0) process.stdout.write(`${told.join('\n')}\n`);
};
