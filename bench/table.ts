import { measured, ratioOf, verdictOf } from './row.ts';
import type { Row } from './row.ts';

/** The table that is printed: a line a row, columns as wide as they need. */
export const tableOf = (rows: readonly Row[]): string => {
  const lines = [heading, ...rows.map(cells)];
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const rule = widths.map((width) => '─'.repeat(width));
  return [heading, rule, ...rows.map(cells)].map((line) => pad(line, widths)).join('\n');
};

const heading = ['measure', 'asked', 'measured', 'min–max', 'ratio', 'verdict', 'note'];

const cells = (row: Row): string[] => {
  const { measure, unit, values, asked, peer, note } = row;
  const ratio = ratioOf(row);
  const to = peer ? ` of ${peer.name}` : ' of the limit';
  const limit = asked && ('atLeast' in asked ? `≥ ${shown(asked.atLeast)}` : `≤ ${shown(asked.atMost)}`);
  return [
    measure,
    limit === undefined ? '' : `${limit} ${unit}`.trim(),
    `${shown(measured(row))} ${unit}`.trim(),
    `${shown(Math.min(...values))}–${shown(Math.max(...values))}`,
    ratio === undefined ? '' : `${ratio.toFixed(2)}${to}`,
    verdictOf(row),
    note ?? '',
  ];
};

/** Three digits that count, with thousands apart. */
const shown = (value: number): string => {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
};

const pad = (line: readonly string[], widths: readonly number[]): string =>
  line
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join('  ')
    .trimEnd();

/** The same for machines. */
export const jsonOf = (rows: readonly Row[]): string =>
  JSON.stringify(
    rows.map((row) => ({ ...row, measured: measured(row), ratio: ratioOf(row), verdict: verdictOf(row) || undefined })),
    null,
    2,
  );
