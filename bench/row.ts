import { median } from './statistics.ts';

/** A line of the table: one thing that was measured, in several runs. */
export interface Row {
  measure: string;
  unit: '/s' | 'MB/s' | 's' | 'ms' | 'KB' | 'MB' | 'MB/h' | '%' | '×' | '';
  /** One a run. */
  values: readonly number[];
  /** What the issue asks for; absent where the figure is only told. */
  asked?: Limit;
  /** The same without stint, measured in the same run: what the ratio is to, when there is one. */
  peer?: { name: string; values: readonly number[] };
  note?: string;
}

export type Limit = { atLeast: number } | { atMost: number };

/** What the command line may say. */
export interface RunOptions {
  minutes: number;
}

/** A group of rows that are measured together; the name is what `npm run bench -- NAME` takes. */
export interface Measure {
  name: string;
  /** Takes long: it is run when it is named, not with the others. */
  byHand?: true;
  run: (options: RunOptions) => Promise<Row[]>;
}

export type Verdict = 'pass' | 'short' | '';

export const measured = ({ values }: Row): number => median(values);

export const verdictOf = (row: Row): Verdict => {
  const { asked } = row;
  if (asked === undefined) return '';
  const value = measured(row);
  return ('atLeast' in asked ? value >= asked.atLeast : value <= asked.atMost) ? 'pass' : 'short';
};

/** How many times the peer's figure this is, else how many times the limit. */
export const ratioOf = (row: Row): number | undefined => {
  const { asked, peer } = row;
  if (peer) return measured(row) / median(peer.values);
  if (asked === undefined) return undefined;
  return measured(row) / ('atLeast' in asked ? asked.atLeast : asked.atMost);
};
