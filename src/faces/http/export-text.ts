import { stringify } from 'csv-stringify/sync';
import { exportTables } from '../../contract/analytics.ts';
import type { ExportTable } from '../../contract/analytics.ts';
import { Problem } from '../../contract/problem.ts';
import type { Damage } from './export-rows.ts';

/** An export as text, as its rows come. */

type Rows = AsyncIterable<readonly object[]>;
type RowsOf = (table: ExportTable, onDamage: (damage: Damage) => void) => Rows;

/** `{sessions, tokenUsage, checkpoints}`, and `damaged` where rows are missing. */
export async function* jsonText(rowsOf: RowsOf): AsyncGenerator<string> {
  const damages = new Map<string, Damage>();
  let begin = '{';
  for (const table of exportTables) {
    yield `${begin}"${table}":[`;
    let isFirst = true;
    for await (const rows of rowsOf(table, (damage) => damages.set(damage.sessionId, damage))) {
      if (rows.length === 0) continue;
      const text = rows.map((row) => JSON.stringify(row)).join(',');
      yield isFirst ? text : `,${text}`;
      isFirst = false;
    }
    yield ']';
    begin = ',';
  }
  yield damages.size === 0 ? '}' : `,"damaged":${JSON.stringify([...damages.values()])}}`;
}

const columnsOf = {
  sessions: [
    'id',
    'name',
    'kind',
    'owner',
    'status',
    'outcome',
    'startTime',
    'endTime',
    'duration',
    'unlimited',
    'elapsed',
    'remaining',
    'over',
    'tokenBudget',
    'tokensUsed',
    'cacheRead',
    'onBudget',
    'budgetCounts',
    'onDue',
    'run',
    'agent',
    'createdAt',
    'updatedAt',
  ],
  tokenUsage: [
    'id',
    'sessionId',
    'tokensUsed',
    'operation',
    'timestamp',
    'cumulativeTotal',
    'source',
    'model',
    'input',
    'output',
    'cacheRead',
    'cacheWrite5m',
    'cacheWrite1h',
    'costUsd',
    'reasoning',
    'reconciled',
    'cacheReconciled',
    'run',
  ],
  checkpoints: ['id', 'sessionId', 'phase', 'promptCount', 'tokensUsed', 'timestamp', 'metadata'],
} as const satisfies Record<ExportTable, readonly string[]>;

const allColumns = ['table', ...new Set([...Object.values(columnsOf).flat(), 'message'])];

/** RFC 4180. A text that a spreadsheet would take for a formula begins with an apostrophe; numbers stay numbers. */
const csv = (columns: readonly string[], rows: readonly object[]): string =>
  stringify([...rows], {
    columns: [...columns],
    record_delimiter: 'windows',
    // The library quotes only the delimiter as a whole.
    quoted_match: /[\r\n]/,
    escape_formulas: true,
    cast: { boolean: String },
  });

const heading = (columns: readonly string[]): string => csv(columns, [Object.fromEntries(columns.map((c) => [c, c]))]);

/** All tables in one, each line with the name of its table; `damaged` is one more where rows are missing. */
export async function* csvText(rowsOf: RowsOf): AsyncGenerator<string> {
  const damages = new Map<string, Damage>();
  yield heading(allColumns);
  for (const table of exportTables) {
    for await (const rows of rowsOf(table, (damage) => damages.set(damage.sessionId, damage))) {
      yield csv(
        allColumns,
        rows.map((row) => ({ table, ...row })),
      );
    }
  }
  yield csv(
    allColumns,
    [...damages.values()].map((damage) => ({ table: 'damaged', ...damage })),
  );
}

/** One table. It has no place to say that rows are missing, so that it breaks off there. */
export async function* csvOfTable(rowsOf: RowsOf, table: ExportTable): AsyncGenerator<string> {
  yield heading(columnsOf[table]);
  for await (const rows of rowsOf(table, refuse)) yield csv(columnsOf[table], rows);
}

const refuse = ({ sessionId, message }: Damage): never => {
  throw new Problem('journal_damaged', `session ${sessionId}: ${message}`);
};
