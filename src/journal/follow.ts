import type { EventType, Recorded } from '../contract/event.ts';
import type { Journal } from './journal.ts';

/** Of pages, which begin with one event and double: whoever is slow and begins anew holds little, since one can be as large as a request. */
const largestPage = 32;

/**
 * All events of a session after `after` (a `seq`; −1 for all), or those of `types`, then each new one as it is committed, until
 * `signal` aborts.
 * Every event is read from the journal in pages, so a slow reader holds no more than a page in memory and no transaction open.
 */
export async function* follow(
  journal: Journal,
  session: string,
  { after, signal, types }: { after: number; signal: AbortSignal; types?: readonly EventType[] },
): AsyncGenerator<Recorded> {
  const bell = newBell(signal);
  let heard = after;
  const stop = journal.onCommitted((events) => {
    const last = events.findLast((event) => event.session === session);
    if (last === undefined) return;
    heard = Math.max(heard, last.seq);
    bell.ring();
  });
  try {
    let cursor = after;
    for (let pageSize = 1; !signal.aborted; pageSize = Math.min(2 * pageSize, largestPage)) {
      bell.reset();
      const readThrough = heard;
      const page = await journal.read(session, { after: cursor, limit: pageSize, ...(types ? { types } : {}) });
      for (const event of page) {
        if (signal.aborted) return;
        yield event;
        cursor = event.seq;
      }
      if (page.length === pageSize) continue;
      // What is of other types is not read again at each event that comes.
      cursor = Math.max(cursor, readThrough);
      await bell.rung();
    }
  } finally {
    stop();
    bell.end();
  }
}

/** Remembers one ring; waiting ends with the next ring or with the signal. */
const newBell = (signal: AbortSignal) => {
  let { promise, resolve } = Promise.withResolvers<void>();
  const ring = () => resolve();
  signal.addEventListener('abort', ring, { once: true });
  return {
    ring,
    end: () => signal.removeEventListener('abort', ring),
    rung: () => (signal.aborted ? Promise.resolve() : promise),
    reset: () => {
      ({ promise, resolve } = Promise.withResolvers<void>());
      if (signal.aborted) resolve();
    },
  };
};
