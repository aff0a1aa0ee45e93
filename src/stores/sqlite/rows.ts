import { crc32 } from 'node:zlib';
import type { Recorded } from '../../contract/event.ts';
import { Problem } from '../../contract/problem.ts';

/** An event as its row has it, in the order of the columns: position, session, seq, type, at, data, crc. */
export type EventRow = [number, number, number, string, number, string, number];

/** CRC-32 over all columns of a row of the journal but itself. */
export const eventCrc = (
  position: number,
  session: number,
  seq: number,
  type: string,
  at: number,
  data: string,
): number => crc32(`${position}|${session}|${seq}|${type}|${at}|${data}`);

export const stateCrc = (session: number, version: number, shape: number, state: string): number =>
  crc32(`${session}|${version}|${shape}|${state}`);

/** A row of the journal is not what was written; the session it belongs to is set aside. */
export const damaged = (position: number): Problem =>
  new Problem('journal_damaged', `the journal is damaged at position ${position}; the session is set aside`, {
    details: { position },
  });

/** Events that were written are not there; the session is set aside. */
export const shortened = (position: number): Problem =>
  new Problem('journal_damaged', `events are missing after position ${position}; the session is set aside`, {
    details: { position },
  });

/** The row of one session stands where another's should; neither is served. */
export const misfiled = (): Problem =>
  new Problem('journal_damaged', 'the rows of sessions are damaged; look with: stint doctor', { details: {} });

/** The event of a row; throws when its checksum does not fit. */
export const toRecorded = ([position, key, seq, type, at, data, crc]: EventRow, session: string): Recorded => {
  if (eventCrc(position, key, seq, type, at, data) !== crc) throw damaged(position);
  // What passes the checksum is what the writer made of a SessionEvent.
  return { position, session, seq, type, at, data: JSON.parse(data) } as Recorded;
};

/** The event of a row; undefined where it is not what was written. */
export const readable = (row: EventRow, session: string): Recorded | undefined => {
  try {
    return toRecorded(row, session);
  } catch {
    return undefined;
  }
};

/** The latest position that was ever given: one that went with its session is not used again. */
export const lastPositionSql = `SELECT max(
  coalesce((SELECT max(position) FROM events), 0),
  coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'last_position'), 0)
) AS last`;
