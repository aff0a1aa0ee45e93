import type { Client } from '../client.ts';
import type { ReplSession } from './session.ts';

const linesKept = 500;
/** An input has an output and a checkpoint beside it, and more where models are asked. */
const entriesRead = 2000;

/** Lines that were run in the session before, from wherever; newest first, as readline has them. */
export const historyOf = async (client: Client, { id, eventCount }: ReplSession): Promise<string[]> => {
  const lines: string[] = [];
  for (let last = Math.max(-1, eventCount - entriesRead - 1); ;) {
    const query = { limit: entriesRead, ...(last >= 0 && { after: last }) };
    const { data } = await client.GET('/api/repl/sessions/{name}/events', { params: { path: { name: id }, query } });
    for (const { type, ...rest } of data?.events ?? [])
      if (type === 'input') lines.push(...String(rest['code']).split('\n').filter(isWorth));
    const end = data?.events.at(-1)?.seq;
    if (end === undefined || end >= eventCount - 1) break;
    last = end;
  }
  return [...new Set(lines.toReversed())].slice(0, linesKept);
};

/** No line break of another kind, nor anything else that steers the terminal. */
const isWorth = (line: string): boolean =>
  line.trim() !== '' && !/\p{Cc}|\p{Zl}|\p{Zp}/u.test(line.replaceAll('\t', ' '));
