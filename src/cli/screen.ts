import { cut, widthOf, wrapped } from './plain.ts';

/** Where a command's words go: how wide it is, and whether a person sees it there. */
export interface Screen {
  isTerminal: boolean;
  columns: number;
  rows: number;
  colors: boolean;
}

type Environment = Record<string, string | undefined>;

const usualColumns = 80;
const usualRows = 24;

export const screenOf = (stream: { isTTY?: boolean; columns?: number; rows?: number }, env: Environment): Screen => {
  const isTerminal = stream.isTTY ?? false;
  const colors = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return {
    isTerminal,
    columns: (isTerminal && stream.columns) || usualColumns,
    rows: (isTerminal && stream.rows) || usualRows,
    colors,
  };
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

/**
 * A text whose lines a terminal need not break in the middle of a word; what goes on is indented as its line is. As it is where
 * there is no terminal.
 */
export const fitted = ({ isTerminal, columns }: Screen, text: string): string => {
  if (!isTerminal) return text;
  const lines = text.split('\n').map((line) => {
    const indent = ' '.repeat(line.search(/[^ ]|$/));
    return indent + wrapped(line.slice(indent.length), columns - indent.length).replaceAll('\n', `\n${indent}`);
  });
  return lines.join('\n');
};

/** A stretch of plain text in one style. */
export type Stretch = readonly [text: string, style?: Style];

/** One line of the screen, cut where it is too long for it. */
export const lineOf = (screen: Screen, stretches: readonly Stretch[]): string => {
  let left = screen.columns;
  let line = '';
  for (const [text, style] of stretches) {
    const shown = cut(text, left);
    left -= widthOf(shown);
    line += style ? paint(screen, style, shown) : shown;
    if (shown !== text) break;
  }
  return line;
};
