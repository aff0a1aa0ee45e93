import type { FastifyRequest } from 'fastify';
import { lastEntries } from '../../runner/repl/repl-journal.ts';
import type { Answer, ReceiptStub } from '../../runner/runner.ts';
import type { NoteParts } from '../repl-note-words.ts';
import { seenBy } from '../rights.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { leased } from './repl-lease.ts';
import { withOutcome } from './repl-outcome.ts';

/** Of one timeline. */
export const mostForks = 1000;
/** More is not shown of the journal's end, however many lines were asked for. */
const tracedChars = 1.5 * (1 << 20);

/** What is answered of a word that has done something, kept with that. */
export const keptWord = (receipt: ReceiptStub | undefined, output: string) => ({
  receipt,
  answer: (): Answer => withOutcome({ output, shouldExit: false }),
});

/** What the words of a session about its checkpoints and snapshots do. */
export const noteParts = (
  parts: FaceParts,
  request: FastifyRequest,
  session: string,
  receipt?: ReceiptStub,
): NoteParts => {
  const { journal } = parts;
  const { repl } = parts.repl;
  return {
    checkpoints: (page) => journal.checkpoints(session, page),
    forks: () => journal.forksOf(session, { limit: mostForks, ...seenBy(callerOf(request).user) }),
    annotate: async (seq, change, told) => {
      const at = await journal.checkpointAt(session, seq);
      const said = change(at?.seq === seq ? at.annotation : undefined);
      await repl.notes.annotate(session, seq, said, keptWord(receipt, told()));
      return told();
    },
    snapshots: () => journal.snapshots(session),
    snapshot: async (description, told) =>
      told(await repl.notes.takeSnapshot(session, { description, tags: [] }, (made) => keptWord(receipt, told(made)))),
    restore: async (id, told) =>
      told(
        await leased(parts, request, session, () => repl.restore(session, id, (went) => keptWord(receipt, told(went)))),
      ),
    trace: (limit) => lastEntries(journal, session, { limit, chars: tracedChars }),
  };
};
