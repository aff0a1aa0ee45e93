import type { FastifyRequest } from 'fastify';
import { lastEntries } from '../../runner/repl/repl-journal.ts';
import type { NoteParts } from '../repl-note-words.ts';
import { seenBy } from '../rights.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { leased } from './repl-lease.ts';

const mostForks = 1000;
/** More is not shown of the journal's end, however many lines were asked for. */
const tracedChars = 1.5 * (1 << 20);

/** What the words of a session about its checkpoints and snapshots do. */
export const noteParts = (parts: FaceParts, request: FastifyRequest, session: string): NoteParts => {
  const { journal } = parts;
  const { repl } = parts.repl;
  return {
    checkpoints: (page) => journal.checkpoints(session, page),
    forks: () => journal.forksOf(session, { limit: mostForks, ...seenBy(callerOf(request).user) }),
    annotate: async (seq, change) => {
      const at = await journal.checkpointAt(session, seq);
      return repl.notes.annotate(session, seq, change(at?.seq === seq ? at.annotation : undefined));
    },
    snapshots: () => journal.snapshots(session),
    snapshot: (description) => repl.notes.takeSnapshot(session, { description, tags: [] }),
    restore: (id) => leased(parts, request, session, () => repl.restore(session, id)),
    trace: (limit) => lastEntries(journal, session, { limit, chars: tracedChars }),
  };
};
