import { cut, padded, widthOf } from './plain.ts';
import { paint } from './screen.ts';
import type { Screen, Style } from './screen.ts';

/** Rows under headings, without lines; on a narrow screen the columns that matter least are left out. */

export interface Column<T> {
  heading: string;
  /** Plain text. */
  cell: (row: T) => string;
  style?: (row: T) => Style | undefined;
  /** Higher ones stay longer on a narrow screen; the highest is never left out. */
  weight: number;
  /** It is cut rather than left out, but not below this width. */
  shrinksTo?: number;
  /** Columns of this weight or less are left out before it is cut. */
  keepsOver?: number;
  isNumber?: boolean;
}

const gap = 2;

/** `empty`: what a person is told in the place of a table without rows. */
export const tableText = <T>(
  screen: Screen,
  columns: readonly Column<T>[],
  rows: readonly T[],
  empty?: string,
): string => {
  if (rows.length === 0 && empty !== undefined && screen.isTerminal) return empty;
  const widths = columns.map((column) =>
    Math.max(widthOf(column.heading), ...rows.map((row) => widthOf(column.cell(row)))),
  );
  const kept = fit(columns, widths, screen.columns);
  const heading = line(kept.map(({ column, width }) => paint(screen, 'dim', aligned(column, column.heading, width))));
  const lines = rows.map((row) =>
    line(
      kept.map(({ column, width }) => {
        const text = aligned(column, cut(column.cell(row), width), width);
        const style = column.style?.(row);
        return style ? paint(screen, style, text) : text;
      }),
    ),
  );
  return [heading, ...lines].join('\n');
};

const line = (texts: readonly string[]): string => texts.join(' '.repeat(gap)).trimEnd();

const aligned = <T>({ isNumber }: Column<T>, text: string, width: number): string =>
  isNumber ? ' '.repeat(Math.max(0, width - widthOf(text))) + text : padded(text, width);

interface Fitted<T> {
  column: Column<T>;
  width: number;
}

const fit = <T>(columns: readonly Column<T>[], widths: readonly number[], available: number): Fitted<T>[] => {
  let kept = columns.map((column, index) => ({ column, width: widths[index] ?? 0 }));
  for (;;) {
    const over = total(kept) - available;
    if (over <= 0) return kept;
    const shrunk = shrink(kept, over);
    if (total(shrunk) <= available) return shrunk;
    const least = kept.reduce((a, b) => (b.column.weight < a.column.weight ? b : a));
    if (kept.length === 1) return [{ ...least, width: available }];
    kept = kept.filter((one) => one !== least);
  }
};

const total = (kept: readonly { width: number }[]): number =>
  kept.reduce((sum, { width }) => sum + width, gap * (kept.length - 1));

const shrink = <T>(kept: readonly Fitted<T>[], over: number): Fitted<T>[] => {
  let rest = over;
  return kept.map(({ column, width }) => {
    const { keepsOver = -Infinity } = column;
    const isWhole = kept.some((one) => one.column !== column && one.column.weight <= keepsOver);
    const given = column.shrinksTo === undefined || isWhole ? 0 : Math.min(rest, Math.max(0, width - column.shrinksTo));
    rest -= given;
    return { column, width: width - given };
  });
};
