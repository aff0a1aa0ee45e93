import { daysIn, dateOf, isoOf } from '../../contract/days.ts';
import type { TimedCell } from '../../contract/usage.ts';
import type { UsageReportKind, UsageRow, UsageSums } from '../../contract/usage-report.ts';
import { blocksOf } from '../blocks.ts';
import type { Block } from '../blocks.ts';
import { groupsOf, toldSums } from './groups.ts';
import type { Group } from './groups.ts';
import type { ReportOptions } from './options.ts';
import { boundsOf, periods } from './query.ts';

/** Cells → rows of each kind of report. */

type Cells = readonly TimedCell[];
type RowsOf<K extends UsageReportKind> = (cells: Cells, options: ReportOptions) => UsageRow<K>[];

export const rowsOf: { [K in UsageReportKind]: RowsOf<K> } = {
  daily: (cells, options) => datedRows('daily', cells, options),
  weekly: (cells, options) => datedRows('weekly', cells, options),
  monthly: (cells, options) =>
    datedRows('monthly', cells, options).map(({ date, ...rest }) => ({ month: date.slice(0, -'-01'.length), ...rest })),
  blocks: (cells, options) => blockRows(cells, options),
  sessions: (cells, options) =>
    groupsOf(cells, ({ source, sessionId }) => JSON.stringify([source, sessionId])).map((group) =>
      sessionRow(group, options),
    ),
  models: (cells) =>
    groupsOf(cells, ({ model }) => model).map((group) => ({
      model: group.name,
      sources: namesIn(group.cells, 'source'),
      ...toldSums(group.sum),
      ...spanOf(group),
    })),
  projects: (cells, options) =>
    groupsOf(cells, ({ project }) => project).map((group) => ({
      project: group.name,
      sources: namesIn(group.cells, 'source'),
      ...toldSums(group.sum),
      ...spanOf(group),
      ...modelsOf(group.cells, options),
    })),
};

const beginOf = ({ cells }: Group): number => earliest(cells)?.begin ?? 0;

/** Whether time was told apart by the periods' beginnings or finer. */
const datedRows = (kind: keyof typeof periods, cells: Cells, options: ReportOptions): UsageRow<'daily'>[] => {
  const { dayAt } = daysIn(options.timeZone);
  const { first } = periods[kind];
  return groupsOf(cells, ({ begin }) => dateOf(first(dayAt(begin))))
    .toSorted((a, b) => beginOf(a) - beginOf(b))
    .map(({ name, cells: some, sum }) => ({ date: name, ...toldSums(sum), ...modelsOf(some, options) }));
};

const sessionRow = (group: Group, options: ReportOptions): UsageRow<'sessions'> => {
  const { source = '', sessionId = '' } = earliest(group.cells) ?? {};
  const agents = groupsOf(
    group.cells.filter(({ agentId }) => agentId !== ''),
    ({ agentId }) => agentId,
  ).map(({ name, sum }) => ({ agentId: name, ...toldSums(sum) }));
  return {
    sessionId,
    source,
    project: earliest(group.cells.filter(({ project }) => project !== ''))?.project ?? '',
    ...toldSums(group.sum),
    ...spanOf(group),
    ...modelsOf(group.cells, options),
    ...(agents.length === 0 ? {} : { agents }),
  };
};

/** Those that began in the days asked for, and the pauses between them. */
const blockRows = (cells: Cells, options: ReportOptions): UsageRow<'blocks'>[] => {
  const { from = -Infinity, until = Infinity } = boundsOf(options);
  const blocks = blocksOf(cells, options.now).filter(({ firstAt }) => firstAt >= from && firstAt < until);
  const first = blocks.findIndex(({ gap }) => !gap);
  const last = blocks.findLastIndex(({ gap }) => !gap);
  const cellsOf = cellsByBlock(blocks, cells);
  return first < 0
    ? []
    : blocks.slice(first, last + 1).map((block) => blockRow(block, cellsOf.get(block) ?? [], options));
};

/** A block's entries lie between its first and its last one, and no other's do. */
const cellsByBlock = (blocks: readonly Block[], cells: Cells): Map<Block, TimedCell[]> => {
  const whole = blocks.filter(({ gap }) => !gap);
  const found = new Map(whole.map((block): [Block, TimedCell[]] => [block, []]));
  let i = 0;
  for (const cell of cells.toSorted((a, b) => a.firstAt - b.firstAt)) {
    while (cell.firstAt > (whole[i]?.lastAt ?? Infinity)) i += 1;
    const block = whole[i];
    if (block && cell.firstAt >= block.firstAt) found.get(block)?.push(cell);
  }
  return found;
};

const blockRow = (block: Block, cells: Cells, options: ReportOptions): UsageRow<'blocks'> => ({
  start: isoOf(block.start),
  end: isoOf(block.end),
  gap: block.gap,
  active: block.active,
  ...toldSums(block),
  ...(block.gap ? {} : { firstAt: isoOf(block.firstAt), lastAt: isoOf(block.lastAt) }),
  ...modelsOf(cells, options),
});

const modelsOf = (cells: Cells, { breakdown = false }: ReportOptions) => {
  const groups = groupsOf(cells, ({ model }) => model);
  const models = groups.map(({ name, sum }): UsageSums & { model: string } => ({ model: name, ...toldSums(sum) }));
  return { modelNames: groups.map(({ name }) => name), ...(breakdown ? { models } : {}) };
};

const namesIn = (cells: Cells, name: 'source'): string[] =>
  groupsOf(cells, (cell) => cell[name]).map((one) => one.name);

const earliest = (cells: Cells): TimedCell | undefined =>
  cells.reduce<TimedCell | undefined>((a, b) => (a === undefined || b.firstAt < a.firstAt ? b : a), undefined);

const spanOf = ({ cells }: Group) => ({
  firstAt: isoOf(cells.reduce((time, { firstAt }) => Math.min(time, firstAt), Infinity)),
  lastAt: isoOf(cells.reduce((time, { lastAt }) => Math.max(time, lastAt), -Infinity)),
});
