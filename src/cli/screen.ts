/** Where a command's words go: how wide it is, and whether a person sees it there. */
export interface Screen {
  isTerminal: boolean;
  columns: number;
  colors: boolean;
}

type Environment = Record<string, string | undefined>;

const usualColumns = 80;

export const screenOf = (stream: { isTTY?: boolean; columns?: number }, env: Environment): Screen => {
  const isTerminal = stream.isTTY ?? false;
  const colors = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return { isTerminal, columns: (isTerminal && stream.columns) || usualColumns, colors };
};

const styles = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Style = keyof typeof styles;

export const paint = ({ colors }: Screen, style: Style, text: string): string => {
  const [on, off] = styles[style];
  return colors ? `\u001b[${on}m${text}\u001b[${off}m` : text;
};
