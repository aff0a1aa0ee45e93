import type { SessionMetadata } from '../../contract/session-server.ts';
import type { SessionReads, SessionSummary } from '../../journal/sessions.ts';
import type { ReplFacts } from '../../session/repl.ts';
import type { Projector, Runner } from '../runner.ts';

export type ReplSummary = SessionSummary & { repl: ReplFacts };

/** All REPL sessions as they are now, in memory: a list of them waits for nothing. */
export class ReplDirectory {
  readonly #summaries = new Map<string, ReplSummary>();
  readonly #ends: readonly (() => void)[];

  private constructor(runner: Runner, summarize: Projector['summarize']) {
    this.#ends = [
      runner.onPublished(({ session, state }) => this.#set(summarize(session, state))),
      runner.onRemoved((session) => this.#summaries.delete(session)),
    ];
  }

  static async open(runner: Runner, sessions: SessionReads, summarize: Projector['summarize']): Promise<ReplDirectory> {
    const directory = new ReplDirectory(runner, summarize);
    for (let offset = 0; ;) {
      const page = await sessions.list({ kind: 'repl', limit: pageLimit, offset });
      for (const summary of page.sessions) if (!directory.#summaries.has(summary.id)) directory.#set(summary);
      if (!page.more) return directory;
      offset += page.sessions.length;
    }
  }

  get(session: string): ReplSummary | undefined {
    return this.#summaries.get(session);
  }

  get size(): number {
    return this.#summaries.size;
  }

  /** Newest first; those of one owner, or all. */
  list({ owner }: { owner?: string } = {}): ReplSummary[] {
    const all = [...this.#summaries.values()];
    const found = owner === undefined ? all : all.filter((summary) => summary.owner === owner);
    return found.toSorted((a, b) => b.startTime - a.startTime || (a.id < b.id ? 1 : -1));
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  #set(summary: SessionSummary): void {
    if (isRepl(summary)) this.#summaries.set(summary.id, summary);
  }
}

const pageLimit = 200;

const isRepl = (summary: SessionSummary): summary is ReplSummary => summary.repl !== undefined;

/** In the document's words, and what stint knows beside. */
export interface ReplMetadata extends SessionMetadata, Pick<ReplFacts, 'language' | 'accessMode' | 'forkedFrom'> {
  status: SessionSummary['phase'];
}

export const metadataOf = ({ id, name = '', startTime, updatedAt, phase, repl }: ReplSummary): ReplMetadata => ({
  id,
  name,
  created: new Date(startTime),
  lastAccessed: new Date(updatedAt),
  eventCount: repl.nextSeq,
  checkpointCount: repl.checkpoints,
  size: repl.size,
  language: repl.language,
  accessMode: repl.accessMode,
  status: phase,
  ...(repl.forkedFrom && { forkedFrom: repl.forkedFrom }),
  ...(repl.llm && { llm: { provider: repl.llm.provider, model: repl.llm.model } }),
});
