import { paint } from '../screen.ts';
import type { Screen, Style } from '../screen.ts';

/** Code and values in colours: by their looks alone, as they may not be whole. */

const words =
  'async await break case catch class const continue debugger default delete do else export extends finally for from function if ' +
  'import in instanceof interface let new of return static super switch this throw try type typeof var void while with yield';
const keywords = new Set(words.split(' '));
const literals = new Set(['true', 'false', 'null', 'undefined', 'NaN', 'Infinity']);

const piece =
  /(?<comment>\/\/.*|\/\*[^]*?(?:\*\/|$))|(?<text>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\[^]|[^`\\])*`?)|(?<number>(?<![\w$.])\d[\w.]*)|(?<word>[\p{ID_Start}$_][\p{ID_Continue}$]*)/gu;
const pieceOfValue =
  /(?<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`)|(?<number>(?<![\w$.])-?\d[\w.:-]*)|(?<label>\[(?:Function|class|AsyncFunction|GeneratorFunction|Getter|Setter|Circular|Object|Array|Symbol)\b[^\]\n]*\])|(?<word>[\p{ID_Start}$_][\p{ID_Continue}$]*)/gu;

export const paintCode = (screen: Screen, code: string): string =>
  painted(screen, code, piece, (word) => (keywords.has(word) ? 'cyan' : literals.has(word) ? 'yellow' : undefined));

/** As it was printed by `inspect`. */
export const paintValue = (screen: Screen, text: string): string =>
  text === 'undefined'
    ? paint(screen, 'dim', text)
    : painted(screen, text, pieceOfValue, (word) => (literals.has(word) ? 'yellow' : undefined));

/** The error in red, where it came from dim. */
export const paintError = (screen: Screen, text: string): string =>
  text
    .split('\n')
    .map((line) => paint(screen, /^\s+at /.test(line) ? 'dim' : 'red', line))
    .join('\n');

const painted = (screen: Screen, text: string, pieces: RegExp, ofWord: (word: string) => Style | undefined): string =>
  screen.colors ? text.replaceAll(pieces, (...met) => paintPiece(screen, met.at(-1) as Pieces, ofWord)) : text;

interface Pieces {
  comment?: string;
  text?: string;
  number?: string;
  label?: string;
  word?: string;
}

const paintPiece = (
  screen: Screen,
  { comment, text, number, label, word }: Pieces,
  ofWord: (word: string) => Style | undefined,
): string => {
  if (comment !== undefined) return paint(screen, 'dim', comment);
  if (text !== undefined) return paint(screen, 'green', text);
  if (number !== undefined) return paint(screen, 'yellow', number);
  if (label !== undefined) return paint(screen, 'cyan', label);
  const style = word === undefined ? undefined : ofWord(word);
  return style === undefined ? (word ?? '') : paint(screen, style, word ?? '');
};
