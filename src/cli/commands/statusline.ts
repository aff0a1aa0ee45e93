import { homedir } from 'node:os';
import { clientOf } from '../client.ts';
import { command, flag } from '../command.ts';
import type { Settings } from '../command.ts';
import { connectionAtOnce } from '../connection.ts';
import { exitCodes } from '../failure.ts';
import { branchOf } from '../git-branch.ts';
import type { Screen } from '../screen.ts';
import { readStatus } from '../statusline-input.ts';
import type { StatusInput } from '../statusline-input.ts';
import { statusLines } from '../statusline-words.ts';

/** Who reads it shows nothing until this process has ended. */
const patienceMs = 500;
/** No session tells so much. */
const longestInput = 4 * 1024 * 1024;
const usualColumns = 80;

export const statuslineCommand = command({
  about:
    'Prints the status line of a session of Claude Code, which starts it and tells it on stdin how the session stands. How far ' +
    'limits are used is passed on to the server, if one runs; it never starts one, and never fails.',
  args: {},
  options: { dryRun: flag('--dry-run', 'only print: the server is told no limits') },
  examples: [
    ['', 'as the command of statusLine in ~/.claude/settings.json'],
    ['--dry-run < status.json', 'tried with a status that is made up'],
  ],
  exec: async ({ options, settings, screen }) => {
    const status = readStatus(process.stdin.isTTY ? '' : await input());
    const now = Date.now();
    const branch = status?.directory === undefined ? undefined : branchOf(status.directory);
    const words = status && statusLines(statusScreen(screen), status, { branch, home: homedir(), now });
    await print(settings.json ? JSON.stringify({ ...status, branch }) : words || nothingTold());
    if (status !== undefined && !options.dryRun) await report(settings, status, now);
    return exitCodes.ok;
  },
});

const nothingTold = (): string =>
  process.stdin.isTTY ? 'stint: Claude Code starts this and tells it how a session stands' : 'stint';

/** It is shown on a terminal, though it is not written to one. */
const statusScreen = (screen: Screen): Screen => ({
  ...screen,
  columns: screen.isTerminal ? screen.columns : Number(process.env['COLUMNS']) || usualColumns,
  colors: !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
});

const input = async (): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > longestInput) return '';
      chunks.push(chunk);
    }
  } catch {
    return '';
  }
  return Buffer.concat(chunks).toString();
};

const print = (text: string): Promise<void> =>
  new Promise((resolve) => void process.stdout.write(`${text}\n`, () => resolve()));

/** What can't be told now will be told next time. */
const report = async (settings: Settings, { limits }: StatusInput, now: number): Promise<void> => {
  const told = limits.filter(({ resetsAt = Infinity }) => resetsAt > now).map(limitReport);
  if (told.length === 0) return;
  try {
    const connection = connectionAtOnce(settings);
    if (connection === undefined) return;
    await clientOf(connection, patienceMs).POST('/api/usage/limits', { body: { limits: told } });
  } catch {
    // Nobody is there who could do something about it.
  }
};

const limitReport = ({ windowMinutes, usedPercent, resetsAt }: StatusInput['limits'][number]) => ({
  source: 'claude',
  windowMinutes,
  usedPercent,
  ...(resetsAt === undefined ? {} : { resetsAt: new Date(resetsAt).toISOString() }),
});
