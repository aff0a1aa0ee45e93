import { text as textOf } from 'node:stream/consumers';
import { ask, open } from '../api.ts';
import { command, required } from '../command.ts';
import { text } from '../parse.ts';

export const execCommand = command({
  about:
    'Runs code in a REPL session, which is created where there is none of that name, and prints what it printed and came to. What it declares is there for the next command, also after a restart of the server.',
  args: {
    name: required('<name>', 'the session’s name', text),
    code: required('<code>', 'JavaScript, or - to read it from the standard input', text),
  },
  options: {},
  examples: [
    ["notes 'const n = 41; n + 1'", 'a line of code'],
    ['notes - < script.js', 'a file'],
    ["notes ':session checkpoints'", 'words about the session; see them with :help'],
  ],
  exec: async ({ args: { name, code }, settings }) => {
    const client = await open(settings);
    const given = code === '-' ? await textOf(process.stdin) : code;
    const answer = await ask(
      client.POST('/api/repl/sessions/{name}/execute', { params: { path: { name } }, body: { command: given } }),
    );
    return { value: answer, text: () => answer.output, isCode: true };
  },
});
