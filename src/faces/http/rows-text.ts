import type { Recorded, SessionEvent } from '../../contract/event.ts';
import type { Journal } from '../../journal/journal.ts';

/** Which rows of a session, and how they look. */
export interface RowsWanted {
  /** Only events with a greater `seq`. */
  after: number;
  /** Only events with a smaller `seq`. */
  before?: number;
  limit: number;
  types: readonly SessionEvent['type'][];
  /** Rows read at once: few where a row may be large. */
  pageSize: number;
  view: (session: string, events: readonly Recorded[]) => readonly object[];
}

/** Rows as JSON, with commas between, a page at a time: nothing holds them all. */
export async function* rowsText(
  journal: Journal,
  session: string,
  { after, before, limit, types, pageSize, view }: RowsWanted,
): AsyncGenerator<string> {
  let cursor = after;
  let left = limit;
  while (left > 0) {
    const size = Math.min(pageSize, left);
    const page = await journal.read(session, {
      after: cursor,
      limit: size,
      types,
      ...(before === undefined ? {} : { before }),
    });
    const text = view(session, page)
      .map((row) => JSON.stringify(row))
      .join(',');
    if (text !== '') yield cursor === after ? text : `,${text}`;
    if (page.length < size) return;
    left -= page.length;
    cursor = page.at(-1)?.seq ?? cursor;
  }
}

/**
 * A JSON object of `fields` and the rows under `name`, as a stream. The first page is read before this resolves, so that a
 * journal that can't be read is told as a refusal, not as an answer that breaks off.
 */
export const objectWithRows = async (
  fields: object,
  name: string,
  rows: AsyncGenerator<string>,
): Promise<AsyncGenerator<string>> => {
  const first = await rows.next();
  const head = JSON.stringify({ ...fields, [name]: [] }).slice(0, -2);
  return (async function* () {
    yield head + (first.value ?? '');
    yield* rows;
    yield ']}';
  })();
};
