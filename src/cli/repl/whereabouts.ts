import { ask } from '../api.ts';
import { clientOf } from '../client.ts';
import type { Client } from '../client.ts';
import type { Connection } from '../connection.ts';
import { exitCodes, Failure } from '../failure.ts';
import { isWord } from './words.ts';
import type { Ran } from './outcome.ts';
import type { Sent } from './sent.ts';

/** What became of a command whose answer was lost, as its session's journal has it. */

interface Entry {
  type: string;
  seq?: number;
  [field: string]: unknown;
}

/** Throws a Failure where nothing is left of it. */
export const whatBecameOf = async (sent: Sent, connection: Connection): Promise<Ran> => {
  const entries = await entriesAfter(clientOf(connection), sent);
  const at = entries.findLastIndex((entry) => entry.type === 'input' && isIt(entry, sent));
  const input = entries[at];
  if (input?.seq === undefined) throw lost(isWord(sent.command));
  const rest = entries.slice(at + 1);
  const next = rest.findIndex(({ type }) => type === 'input');
  const own = next < 0 ? rest : rest.slice(0, next);
  const error = own.find(({ type }) => type === 'error');
  const output = own.find(({ type }) => type === 'output');
  if (error === undefined && output === undefined) throw brokenOff();
  const printed = (output?.['value'] as string | undefined) ?? '';
  const [text, as] = error ? [printed + (error['message'] as string), 'error' as const] : [printed, 'value' as const];
  return { output: text, shouldExit: false, as, seq: input.seq, printed: error ? printed.length : 0, shown: 0 };
};

const isIt = (entry: Entry, { client, command }: Sent): boolean =>
  entry['client'] === client && entry['code'] === command;

/** A page has as much as an answer takes. */
const entriesAfter = async (client: Client, { name, after }: Sent): Promise<Entry[]> => {
  const all: Entry[] = [];
  for (let last = after; ;) {
    const query = { limit: 1000, ...(last >= 0 && { after: last }) };
    const reply = client.GET('/api/repl/sessions/{name}/events', { params: { path: { name }, query } });
    const { events } = await ask(reply).catch((error: unknown) => {
      // Its first command was to make it.
      if (error instanceof Failure && error.exitCode === exitCodes.notFound) return { events: [] };
      throw error;
    });
    all.push(...events);
    const end = events.at(-1)?.seq;
    if (end === undefined) return all;
    last = end;
  }
};

const lost = (isOfWord: boolean): Failure =>
  new Failure(
    exitCodes.failed,
    'command_lost',
    isOfWord
      ? 'the server stopped before it answered; look what became of it with :session checkpoints'
      : 'the server stopped before the command had ended: nothing of it is kept, and it was not sent again',
  );

const brokenOff = (): Failure =>
  new Failure(
    exitCodes.failed,
    'command_lost',
    'the server stopped while the command ran: the session is what it was before, and the command was not sent again',
  );
