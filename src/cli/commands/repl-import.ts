import { readFile } from 'node:fs/promises';
import { parse } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Schemas } from '../../sdk/index.ts';
import { ask, toFailure } from '../api.ts';
import { command, optional, required } from '../command.ts';
import { connect } from '../connection.ts';
import type { Connection } from '../connection.ts';
import { usageFailure } from '../failure.ts';
import { send } from '../http.ts';
import { choice, replName, text } from '../parse.ts';
import { plain } from '../plain.ts';

const languages = ['javascript', 'typescript', 'scheme'] as const satisfies readonly Imported['language'][];
type Imported = Schemas['ImportedReplSession'];
/** A journal's commands are run again, all of them. */
const patienceMs = 15 * 60_000;

export const replImportCommand = command({
  about:
    'Makes a REPL session of the journal of another one: its commands are run again, each with the clock and the random numbers that it had, and no model is asked. Says which of them came to something else. Where something is wrong with the journal nothing is made.',
  args: { file: required('<file>', 'what stint repl export wrote, or - to read it from the standard input', text) },
  options: {
    name: optional('-n, --name <name>', 'of the new session (what the journal says, else the file’s name)', replName),
    language: optional('-l, --language <language>', `of its code: ${languages.join(', ')}`, choice(languages)),
  },
  examples: [
    ['notes.jsonl', 'under the name that it had'],
    ['notes.jsonl --name notes2', 'beside the one that there is'],
  ],
  exec: async ({ args: { file }, options: { name, language }, settings }) => {
    const journal = file === '-' ? await buffer(process.stdin) : await read(file);
    const named = name ?? (file === '-' || isNamed(journal) ? undefined : parse(file).name);
    const query = new URLSearchParams({
      ...(named !== undefined && { name: named }),
      ...(language !== undefined && { language }),
    });
    const made = await ask(sent(await connect(settings), `/api/repl/sessions/import?${query.toString()}`, journal));
    return { value: made, text: () => told(made) };
  },
});

const read = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw usageFailure(`${plain(file)} can't be read (${code ?? message})`);
  });

/** The journal's header says what the session was called. */
const isNamed = (journal: Buffer): boolean => {
  try {
    const end = journal.indexOf('\n');
    const header = JSON.parse(journal.subarray(0, end === -1 ? undefined : end).toString()) as { name?: unknown };
    return header.name !== undefined;
  } catch {
    return false;
  }
};

const sent = async ({ url, token }: Connection, path: string, body: Buffer) => {
  const headers = { 'content-type': 'application/x-ndjson' };
  const answer = await send({ method: 'POST', url: url + path, token, body, headers, timeoutMs: patienceMs }).catch(
    (error: unknown) => {
      throw toFailure(error);
    },
  );
  const { status, statusText } = answer;
  const response = { ok: status === 201, status, statusText };
  const value = JSON.parse(answer.text) as unknown;
  return response.ok ? { data: value as Imported, response } : { error: value, response };
};

const told = ({ name, imported: { events, commands, differences, differing } }: Imported): string => {
  const made = `imported as ${plain(name)} · ${events} events, ${commands} command${commands === 1 ? '' : 's'} run again`;
  if (differences === 0) return made;
  const at = differences > differing.length ? `${differing.join(', ')}, …` : differing.join(', ');
  return `${made}\n${differences} of them came to something else than the journal says: at event ${at}`;
};
