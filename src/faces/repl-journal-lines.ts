import { Readable } from 'node:stream';
import type { ReplEntry } from '../contract/repl.ts';
import { forward } from '../runner/repl/repl-journal.ts';
import type { ReplJournal } from '../runner/repl/repl-journal.ts';
import { headerOf, toReplEvent } from './repl-view.ts';
import type { ReplSummary } from './repl-view.ts';

/** The journal's first line, with what an import has to know of its session beside. */
const exportHeader = (summary: ReplSummary) => {
  const { name, repl } = summary;
  const { language, llm } = repl;
  const model = llm && { provider: llm.provider, model: llm.model };
  return { ...headerOf(summary), ...(name !== undefined && { name }), language, ...(model && { llm: model }) };
};

/** The same event is the same line, however it came into the journal. */
const inOrder = (entry: ReplEntry) => {
  const { type, seq, ...rest } = toReplEvent(entry);
  return { type, seq, ...Object.fromEntries(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1))) };
};

/** A session's journal, a line an event, with the header first where it is read from the beginning; read as it is sent. */
export const journalLines = (journal: ReplJournal, summary: ReplSummary, after = -1, limit = Infinity): Readable => {
  async function* all(): AsyncGenerator<string> {
    if (after < 0) yield `${JSON.stringify(exportHeader(summary))}\n`;
    let count = 0;
    for await (const entry of forward(journal, summary.id, after)) {
      if (++count > limit) return;
      yield `${JSON.stringify(inOrder(entry))}\n`;
    }
  }
  return Readable.from(all());
};
