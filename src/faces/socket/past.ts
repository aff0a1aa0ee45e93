import type { Recorded } from '../../contract/event.ts';
import type { Journal } from '../../journal/journal.ts';

/** Events after a cursor, read in small pages: an event can be as large as a request. */
export interface Past {
  /** The next events, oldest first; none when there is nothing newer. */
  next(): Promise<readonly Recorded[]>;
}

export const pageSize = 32;
/** Who is further behind is told the present state instead. */
export const mostReplayed = 10_000;

export const pastOfAll = (journal: Journal, after: number): Past => {
  let cursor = after;
  return {
    next: async () => {
      const page = await journal.readAll({ after: cursor, limit: pageSize });
      cursor = page.at(-1)?.position ?? cursor;
      return page;
    },
  };
};

/** `from`: the `seq` of the first event. */
export const pastOf = (journal: Journal, session: string, from: number): Past => {
  let last = from - 1;
  return {
    next: async () => {
      const page = await journal.read(session, { after: last, limit: pageSize });
      last = page.at(-1)?.seq ?? last;
      return page;
    },
  };
};

/**
 * The `seq` of a session's first event after the cursor, which may be that of another session's event; `version` when there is
 * none, and undefined when more than {@link mostReplayed} come after it. Positions rise with the `seq`, so it is found by halves.
 */
export const firstAfter = async (
  journal: Journal,
  session: string,
  version: number,
  cursor: number,
): Promise<number | undefined> => {
  const isAfter = async (seq: number): Promise<boolean> => {
    const [event] = await journal.read(session, { after: seq - 1, limit: 1 });
    return event === undefined || event.position > cursor;
  };
  let low = Math.max(0, version - mostReplayed);
  if (low > 0 && (await isAfter(low - 1))) return undefined;
  let step = 1;
  let high = version;
  // Most are a few events behind: the search begins at the end and goes back in steps that double.
  while (high > low && (await isAfter(Math.max(low, high - step)))) {
    high = Math.max(low, high - step);
    step *= 2;
  }
  low = Math.max(low, high - step);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isAfter(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
};
