import type { Row, UsageKind, UsageReport } from './usage-lines.ts';

/** Reports of usage for spreadsheets: a record a row, or a model of a row; no totals, which a spreadsheet would count again. */

const keysOf: Record<UsageKind, readonly string[]> = {
  daily: ['date'],
  weekly: ['date'],
  monthly: ['month'],
  blocks: ['start', 'end', 'gap', 'active'],
  sessions: ['sessionId', 'source', 'project', 'firstAt', 'lastAt'],
  models: ['model', 'sources', 'firstAt', 'lastAt'],
  projects: ['project', 'sources', 'firstAt', 'lastAt'],
};

const sumColumns = [
  'input',
  'output',
  'reasoning',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'costUsd',
  'unpriced',
  'responses',
  'incomplete',
] as const;

/** RFC 4180. A text that a spreadsheet would take for a formula begins with an apostrophe; numbers stay numbers. */
export const usageCsv = async (kind: UsageKind, { rows }: Pick<UsageReport, 'rows'>): Promise<string> => {
  const isBroken = rows.some((row) => 'models' in row);
  const { stringify } = await import('csv-stringify/sync');
  const last = isBroken || kind === 'models' ? [] : ['modelNames'];
  return stringify(isBroken ? rows.flatMap(recordsOf) : [...rows], {
    header: true,
    columns: [...keysOf[kind], ...(isBroken ? ['model'] : []), ...sumColumns, ...last],
    record_delimiter: 'windows',
    // The library quotes only the delimiter as a whole.
    quoted_match: /[\r\n]/,
    escape_formulas: true,
    cast: { boolean: String, object: (value) => (Array.isArray(value) ? value.join(' ') : '') },
  });
};

/** Of a pause, itself. */
const recordsOf = (row: Row): object[] => {
  const models = 'models' in row ? (row.models ?? []) : [];
  return models.length === 0 ? [row] : models.map((model) => ({ ...row, ...model }));
};
