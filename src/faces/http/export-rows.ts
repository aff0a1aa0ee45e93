import { setImmediate } from 'node:timers/promises';
import type { ExportTable } from '../../contract/analytics.ts';
import type { SessionEvent } from '../../contract/event.ts';
import { Problem } from '../../contract/problem.ts';
import type { ListPlace, SessionSummary } from '../../journal/sessions.ts';
import { checkpointsAmong, toSession, usageAmong } from '../timer-view.ts';
import type { FaceParts } from './parts.ts';

/** All that the caller may see, table by table, a few rows at a time: nothing holds them all. */

/** What is exported. */
export interface Exported {
  /** Unix ms; sessions that start later are left out of every table. */
  now: number;
  /** Whose; everybody's when absent. */
  owner?: string;
  /** Only these; all when absent. */
  sessions?: readonly string[];
}

/** A session of which rows are missing. */
export interface Damage {
  sessionId: string;
  message: string;
}

const sessionsAtOnce = 50;

/** Rows of a table, some at a time, newest session first. What could not be read is told to `onDamage`. */
export async function* exportRows(
  parts: FaceParts,
  table: ExportTable,
  exported: Exported,
  onDamage: (damage: Damage) => void,
): AsyncGenerator<readonly object[]> {
  for await (const page of sessionPages(parts, exported)) {
    if (table === 'sessions') yield page.map((summary) => toSession(summary, exported.now));
    else for (const summary of page) yield* rowsOfSession(parts, summary, held[table], onDamage);
  }
}

async function* sessionPages(
  { sessions }: FaceParts,
  { now, owner, sessions: ids }: Exported,
): AsyncGenerator<readonly SessionSummary[]> {
  if (ids !== undefined) {
    for (const id of ids) {
      const summary = await sessions.get(id);
      if (summary) yield [summary];
    }
    return;
  }
  for (let after: ListPlace | undefined, more = true; more;) {
    const page = await sessions.list({
      limit: sessionsAtOnce,
      ...(owner === undefined ? {} : { owner }),
      ...(after ? { after } : {}),
    });
    yield page.sessions.filter(({ startTime }) => startTime <= now);
    ({ more } = page);
    after = page.sessions.at(-1);
    await setImmediate();
  }
}

/** What a session holds of a table: how it is read, and by what the summary tells that all was there. */
interface Held {
  type: SessionEvent['type'];
  /** A checkpoint's metadata may have a mebibyte, and what a slow reader holds up is held several times over: row, text, bytes. */
  pageSize: number;
  view: typeof usageAmong | typeof checkpointsAmong;
  /** What the rows add up to. */
  sum: (rows: readonly { tokensUsed: number; reconciled?: number | undefined }[]) => number;
  /** What they should add up to. */
  total: (summary: SessionSummary) => number;
}

const held: Record<Exclude<ExportTable, 'sessions'>, Held> = {
  tokenUsage: {
    type: 'tokens_recorded',
    pageSize: 200,
    view: usageAmong,
    sum: (rows) => rows.reduce((sum, { tokensUsed, reconciled = 0 }) => sum + tokensUsed - reconciled, 0),
    total: ({ tokensUsed }) => tokensUsed,
  },
  checkpoints: {
    type: 'checkpoint_reached',
    pageSize: 1,
    view: checkpointsAmong,
    sum: (rows) => rows.length,
    total: ({ checkpoints }) => checkpoints,
  },
};

/** The rows that the summary knows of; later ones belong to a later export. */
async function* rowsOfSession(
  { journal, sessions }: FaceParts,
  summary: SessionSummary,
  { type, pageSize, view, sum, total }: Held,
  onDamage: (damage: Damage) => void,
): AsyncGenerator<readonly object[]> {
  const { id, version } = summary;
  let found = 0;
  try {
    for (let after = -1, more = true; more;) {
      const page = await journal.read(id, { after, before: version, limit: pageSize, types: [type] });
      const rows = view(id, page);
      yield rows;
      found += sum(rows);
      more = page.length === pageSize;
      after = page.at(-1)?.seq ?? after;
      // Reads of pages this small are done at once: others have their turn in between.
      await setImmediate();
    }
  } catch (error) {
    if (!(error instanceof Problem && error.kind === 'journal_damaged')) throw error;
    return onDamage({ sessionId: id, message: error.message });
  }
  const isMissing = found !== total(summary) && (await sessions.get(id)) !== undefined;
  if (isMissing) onDamage({ sessionId: id, message: 'the rows do not add up to what was recorded' });
}
