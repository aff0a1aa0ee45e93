import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { clientOf } from '../client.ts';
import { command, flag, optional, several } from '../command.ts';
import { confirm } from '../confirm.ts';
import { connect } from '../connection.ts';
import { openDownload, receive } from '../download.ts';
import type { Downloaded } from '../download.ts';
import { exitCodes } from '../failure.ts';
import { choice, text } from '../parse.ts';
import { plain } from '../plain.ts';
import { checkFolder, save } from '../save.ts';
import { say } from '../say.ts';
import { sessionIds } from './analytics.ts';

const formats = ['json', 'csv'] as const;
const tables = ['sessions', 'tokenUsage', 'checkpoints'] as const;

export const exportCommand = command({
  about:
    'Writes sessions, their token usage and checkpoints as JSON or CSV, to a file or to stdout. In CSV each line says its table, unless only one is asked for. Ends with 1 when rows are missing since the journal is damaged; the file says of which sessions.',
  args: {},
  options: {
    format: optional(
      '-f, --format <format>',
      `${formats.join(' or ')} (json, or what the file’s name says)`,
      choice(formats),
    ),
    table: optional('-t, --table <table>', `with csv, this one alone: ${tables.join(', ')}`, choice(tables)),
    session: several('-s, --session <session>', 'only this one: id, its beginning or end, or name; may be repeated'),
    output: optional('-o, --output <file>', 'to this file; asks before it overwrites one', text),
    yes: flag('-y, --yes', 'overwrite without a question'),
  },
  examples: [
    ['-o stint.json', 'all that there is'],
    ['-o usage.csv --table tokenUsage', 'token usage for a spreadsheet'],
    ['-f csv -s review', 'one session, to stdout'],
  ],
  exec: async ({ options, settings }) => {
    const { output, yes } = options;
    const format = options.format ?? (output?.toLowerCase().endsWith('.csv') || options.table ? 'csv' : 'json');
    if (output !== undefined) checkFolder(output);
    if (output !== undefined && !yes && existsSync(output)) await mayOverwrite(output);
    const connection = await connect(settings);
    const sessions = await sessionIds(clientOf(connection), options.session);
    const query = new URLSearchParams({
      format,
      ...(options.table === undefined ? {} : { table: options.table }),
      ...(sessions === undefined ? {} : { sessions }),
    });
    const answer = await openDownload(connection, `/api/analytics/export?${query.toString()}`);
    if (output === undefined) return saidAll(await receive(answer, process.stdout));
    const { bytes, tail } = await save(output, (to) => receive(answer, to));
    const isWhole = !tellsOfDamage(tail);
    return {
      value: { file: resolve(output), format, bytes, isWhole },
      text: () => `wrote ${plain(output)} · ${bytes.toLocaleString('en')} bytes${isWhole ? '' : `\n${missing}`}`,
      exitCode: isWhole ? exitCodes.ok : exitCodes.failed,
    };
  },
});

const mayOverwrite = (file: string): Promise<void> =>
  confirm({
    ask: `Overwrite ${plain(file)}?`,
    yesMeans: 'overwrite without a question',
    ifNot: 'nothing was written',
  });

const missing = 'rows are missing, since the journal is damaged; the end of the file says of which sessions';

const saidAll = ({ tail }: Downloaded): number => {
  if (!tellsOfDamage(tail)) return exitCodes.ok;
  say(missing);
  return exitCodes.failed;
};

/** Damaged sessions stand last: as the last field of the object, or in the last line. */
const tellsOfDamage = (tail: string): boolean =>
  /\{"sessionId":"[0-9a-f-]{36}","message":"[^"]*"\}\]\}$/.test(tail) || /\r\ndamaged,[^\r\n]*\r\n$/.test(tail);
