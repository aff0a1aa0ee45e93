import { barOf } from './bar.ts';
import { countWords } from './count.ts';
import { usdWords } from './money.ts';
import { shownWidthOf, widthOf } from './plain.ts';
import { paint } from './screen.ts';
import type { Screen } from './screen.ts';
import { tableText } from './table.ts';
import type { Column } from './table.ts';
import { headingsOf, linesOf, someOf } from './usage-lines.ts';
import type { Line, Looks, Sums, UsageKind, UsageReport } from './usage-lines.ts';

/** The table of a report of usage: whole numbers where there is room, short ones where there is less, bars in what is left. */

interface About extends Pick<Looks, 'timeZone' | 'sessionNames'> {
  kind: UsageKind;
}

export const tokensOf = ({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Sums): number =>
  input + output + cacheRead + cacheWrite5m + cacheWrite1h;

const total = 'TOTAL';
const shortestBar = 6;
const longestBar = 24;
const gap = 2;

type Layout = Looks & { bar: number; hasModels: boolean };

export const usageTable = (screen: Screen, asked: About, report: UsageReport): string => {
  const layout = layoutOf(screen, asked, report);
  const lines = allLines(asked.kind, report, layout);
  const text = tableText(screen, columnsOf(asked.kind, lines, layout), lines);
  if (!screen.isTerminal) return text;
  const shown = text.split('\n');
  const width = Math.max(...shown.map(shownWidthOf));
  return shown.toSpliced(-1, 0, paint(screen, 'dim', '─'.repeat(width))).join('\n');
};

const allLines = (kind: UsageKind, { rows, totals }: UsageReport, looks: Looks): Line[] => [
  ...linesOf(kind, rows, looks),
  { names: { [headingsOf[kind][0]]: total }, sums: totals, style: 'bold' },
];

/** The richest way to show it that the screen has room for; what is left of it goes to the bars. */
const layoutOf = (screen: Screen, { kind, timeZone, sessionNames }: About, report: UsageReport): Layout => {
  const about = { timeZone, ...(sessionNames === undefined ? {} : { sessionNames }) };
  for (const [isShort, hasModels] of [
    [false, true],
    [true, true],
    [true, false],
  ] as const) {
    const layout = { ...about, isShort, hasModels, bar: 0 };
    const lines = allLines(kind, report, layout);
    const columns = columnsOf(kind, lines, layout);
    const least = shortestBar + gap + widthsOf(columns, lines, leastOf);
    if (!screen.isTerminal && least - shortestBar - gap <= screen.columns) return layout;
    if (!screen.isTerminal || least > screen.columns) continue;
    const left = screen.columns - gap - widthsOf(columns, lines, (_, width) => width);
    return { ...layout, bar: Math.max(shortestBar, Math.min(longestBar, left)) };
  }
  return { ...about, isShort: true, hasModels: false, bar: 0 };
};

/** What the report is about is not cut to make room for a bar. */
const leastOf = ({ shrinksTo, keepsOver }: Column<Line>, width: number): number =>
  keepsOver === undefined ? (shrinksTo ?? width) : width;

const widthsOf = (
  columns: readonly Column<Line>[],
  lines: readonly Line[],
  widthIn: (column: Column<Line>, width: number) => number,
): number =>
  columns.reduce(
    (sum, column) => {
      const width = Math.max(widthOf(column.heading), ...lines.map((line) => widthOf(column.cell(line))));
      return sum + Math.min(width, widthIn(column, width));
    },
    gap * (columns.length - 1),
  );

const written = ({ cacheWrite5m, cacheWrite1h }: Sums): number => cacheWrite5m + cacheWrite1h;

const cacheHeadings = ({ isShort, hasModels }: Layout): readonly [string, string] => {
  if (!isShort) return ['CACHE WRITE', 'CACHE READ'];
  return hasModels ? ['CACHE W', 'CACHE R'] : ['WRITE', 'READ'];
};

const columnsOf = (kind: UsageKind, lines: readonly Line[], layout: Layout): Column<Line>[] => {
  const { isShort, hasModels, bar } = layout;
  const [writeHeading, readHeading] = cacheHeadings(layout);
  const hasSome = (of: (sums: Sums) => number): boolean => lines.some(({ sums }) => sums && of(sums) > 0);
  const count = (heading: string, weight: number, of: (sums: Sums) => number): Column<Line> => ({
    heading,
    cell: ({ sums }) => (sums === undefined ? '' : isShort ? countWords(of(sums)) : of(sums).toLocaleString('en')),
    style: styleOf,
    weight,
    isNumber: true,
  });
  return [
    ...nameColumns(kind, lines),
    ...(hasModels && lines.some(({ models }) => models) ? [modelsColumn(isShort)] : []),
    count('INPUT', 5, ({ input }) => input),
    count('OUTPUT', 6, ({ output }) => output),
    ...(!isShort && hasSome(({ reasoning }) => reasoning) ? [count('REASONING', 2, ({ reasoning }) => reasoning)] : []),
    count(writeHeading, 3, written),
    count(readHeading, 4, ({ cacheRead }) => cacheRead),
    marked(count('TOKENS', 8, tokensOf), lines, incompleteMark, ({ incomplete }) => incomplete),
    marked(costColumn, lines, unpricedMark, (sums) => (isUnpriced(sums) ? 0 : sums.unpriced)),
    ...(bar === 0 ? [] : [barColumn(lines, bar)]),
  ];
};

const styleOf = ({ style }: Line) => style;

/** Beside what a line is about stand its tokens and cost as long as they can. */
const optionalWeight = 6;

/** How long those columns stay that tell what a line is about, beside the first. */
const nameWeights: Record<string, number> = { PROJECT: 5, NAME: 4.5, AGENT: 3, LAST: 1 };

const nameColumns = (kind: UsageKind, lines: readonly Line[]): Column<Line>[] =>
  headingsOf[kind]
    .filter((heading) => heading !== 'NAME' || lines.some(({ names }) => names[heading]))
    .map((heading, i) => ({
      heading,
      cell: ({ names }) => names[heading] ?? '',
      style: styleOf,
      weight: i === 0 ? 10 : (nameWeights[heading] ?? 1),
      ...(heading === 'PROJECT' ? { shrinksTo: i === 0 ? 16 : 10 } : {}),
      ...(heading === 'MODEL' || heading === 'NAME' ? { shrinksTo: 16 } : {}),
      ...(i === 0 ? { keepsOver: optionalWeight } : {}),
    }));

const modelsColumn = (isShort: boolean): Column<Line> => ({
  heading: 'MODELS',
  cell: ({ models = [] }) => someOf(models, isShort),
  style: () => 'dim',
  weight: 1,
});

const costColumn: Column<Line> = {
  heading: 'COST',
  cell: ({ sums }) => (sums === undefined ? '' : costWords(sums)),
  style: styleOf,
  weight: 9,
  isNumber: true,
};

/** Of what has no price at all nothing is known, which is not `$0.00`. */
export const costWords = (sums: Sums): string => (isUnpriced(sums) ? 'unpriced' : usdWords(sums.costUsd));

const isUnpriced = ({ unpriced, responses }: Sums): boolean => unpriced > 0 && unpriced === responses;

export const incompleteMark = '*';
export const unpricedMark = '+';

/** A column whose numbers are this or more where the mark stands; those without it keep their place. */
const marked = (
  column: Column<Line>,
  lines: readonly Line[],
  mark: string,
  countOf: (sums: Sums) => number,
): Column<Line> => {
  const isMarked = ({ sums }: Line): boolean => sums !== undefined && countOf(sums) > 0;
  if (!lines.some(isMarked)) return column;
  return { ...column, cell: (line) => column.cell(line) + (isMarked(line) ? mark : ' ') };
};

/** By cost, or by tokens where nothing has a price. */
const barColumn = (lines: readonly Line[], width: number): Column<Line> => {
  const rows = lines.filter(({ isRow }) => isRow);
  const isCostly = rows.some(({ sums }) => Number(sums?.costUsd) > 0);
  const amount = ({ sums, isRow }: Line): number =>
    !sums || !isRow ? 0 : isCostly ? Number(sums.costUsd) : tokensOf(sums);
  const most = Math.max(...rows.map(amount));
  return {
    heading: '',
    cell: (line) => (most > 0 ? barOf(amount(line) / most, width).full : ''),
    style: () => 'cyan',
    weight: 0,
  };
};
