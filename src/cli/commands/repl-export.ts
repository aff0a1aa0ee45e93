import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { command, flag, optional, required } from '../command.ts';
import { confirm } from '../confirm.ts';
import { connect } from '../connection.ts';
import { openDownload, receive } from '../download.ts';
import { exitCodes } from '../failure.ts';
import { replName, text } from '../parse.ts';
import { plain } from '../plain.ts';
import { checkFolder, save } from '../save.ts';

export const replExportCommand = command({
  about:
    'Writes the journal of a REPL session to a file or to stdout, a line an event. It has all that is needed to make the session again elsewhere; see: stint repl import.',
  args: { name: required('<name>', 'the session’s name, or the id of another’s', replName) },
  options: {
    output: optional('-o, --output <file>', 'to this file; asks before it overwrites one', text),
    yes: flag('-y, --yes', 'overwrite without a question'),
  },
  examples: [
    ['notes -o notes.jsonl', 'to a file'],
    ['notes | grep \'"input"\'', 'to another program'],
  ],
  exec: async ({ args: { name }, options: { output, yes }, settings }) => {
    if (output !== undefined) checkFolder(output);
    if (output !== undefined && !yes && existsSync(output))
      await confirm({
        ask: `Overwrite ${plain(output)}?`,
        yesMeans: 'overwrite without a question',
        ifNot: 'nothing was written',
      });
    const answer = await openDownload(await connect(settings), `/api/repl/sessions/${encodeURIComponent(name)}/export`);
    if (output === undefined) {
      await receive(answer, process.stdout);
      return exitCodes.ok;
    }
    const { bytes } = await save(output, (to) => receive(answer, to));
    return {
      value: { file: resolve(output), bytes },
      text: () => `wrote ${plain(output)} · ${bytes.toLocaleString('en')} bytes`,
    };
  },
});
