import { randomUUID } from 'node:crypto';
import { text as textOf } from 'node:stream/consumers';
import { command, required } from '../command.ts';
import { connect } from '../connection.ts';
import { exitCodes, signalCode } from '../failure.ts';
import { replName, text } from '../parse.ts';
import { runCommand } from '../repl/execution.ts';
import { Shown } from '../repl/shown.ts';
import { say } from '../say.ts';

export const execCommand = command({
  about:
    'Runs code in a REPL session, which is made where there is none of that name, and prints what it prints, as it comes, and what it came to. What it declares is there for the next command, also after a restart of the server. Code that throws, or is stopped, ends with exit code 1 and its error on stderr.',
  args: {
    name: required('<name>', 'the session’s name, or the id of another’s', replName),
    code: required('<code>', 'code, or - to read it from the standard input', text),
  },
  options: {},
  examples: [
    ["notes 'const n = 41; n + 1'", 'a line of code'],
    ['notes - < script.js', 'a file'],
    ["notes 'rows.length' --json | jq -r .result", 'what a number is, for a script'],
    ["notes ':session checkpoints'", 'words about the session; see them with :help'],
  ],
  exec: async ({ args: { name, code }, settings, screen }) => {
    const given = code === '-' ? await textOf(process.stdin) : code;
    const shown = new Shown(screen);
    const sent = { name, command: given, client: `stint-exec-${randomUUID()}`, after: -1 };
    const interrupted = new AbortController();
    process.once('SIGINT', () => interrupted.abort());
    const ran = await runCommand(sent, {
      cancel: interrupted.signal,
      connect: () => connect(settings),
      ...(!settings.json && { onText: (some: string) => void process.stdout.write(shown.of(some)) }),
      onLost: () => say('the connection was lost; looking what became of the command …'),
    });
    const { output, shouldExit, as, printed, shown: upTo } = ran;
    const ended = interrupted.signal.aborted ? signalCode('SIGINT') : exitCodes.failed;
    const exitCode = as === 'value' ? exitCodes.ok : ended;
    const [said, result] = [output.slice(0, printed), output.slice(printed)];
    if (settings.json)
      return { value: { output, shouldExit, outcome: as, printed: said, result }, text: () => output, exitCode };
    // Nothing came of it but what it printed.
    const hasValue = as === 'value' && !(printed > 0 && result === 'undefined');
    const end = hasValue ? output.length : Math.max(upTo, printed);
    process.stdout.write(shown.of(output.slice(upTo, end)));
    if (!shown.isAtStart) process.stdout.write('\n');
    if (as !== 'value' && end < output.length)
      process.stderr.write(`${new Shown({ isTerminal: process.stderr.isTTY }).of(output.slice(end))}\n`);
    return exitCode;
  },
});
