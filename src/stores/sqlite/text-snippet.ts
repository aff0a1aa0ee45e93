import { markEnd, markStart, separator } from './text-form.ts';

/** The part of a text that shows best what fits in it, on one line. */
export interface Snippet {
  snippet: string;
  marks: { start: number; end: number }[];
}

type Mark = Snippet['marks'][number];

const mostChars = 240;
/** What stands before the first mark in it, at most. */
const leadChars = 60;
/** A word that is cut in two is left out, unless it is longer. */
const longestWord = 24;

/** `highlighted`: the whole text, in the form in which it is kept, with what fits between marks. */
export const snippetOf = (highlighted: string): Snippet => {
  const { text, marks } = apart(highlighted);
  const [from, to] = windowOf(text, bestStart(text, marks));
  const within = marks.filter(({ start, end }) => start < to && end > from);
  const line: Snippet = { snippet: from > 0 ? '…' : '', marks: [] };
  let at = from;
  for (const { start, end } of within) {
    add(line, text.slice(at, Math.max(at, start)));
    const begin = line.snippet.length;
    add(line, text.slice(Math.max(at, start), Math.min(end, to)));
    line.marks.push({ start: begin, end: line.snippet.length });
    at = Math.min(end, to);
  }
  add(line, text.slice(at, to));
  if (to < text.length) line.snippet += '…';
  return line;
};

const add = (line: Snippet, part: string): void => {
  const words = part.replaceAll(/\s+/g, ' ');
  line.snippet += line.snippet.length < 2 ? words.trimStart() : words;
};

/** The text as it was said, and where in it the marks are. */
const apart = (highlighted: string): { text: string; marks: Mark[] } => {
  const marks: Mark[] = [];
  let text = '';
  for (const [i, part] of highlighted.replaceAll(separator, '').split(markStart).entries()) {
    const end = i === 0 ? -1 : part.indexOf(markEnd);
    if (end >= 0) marks.push({ start: text.length, end: text.length + end });
    text += part.replace(markEnd, '');
  }
  return { text, marks };
};

/** Where most of what was looked for stands together; the first such place. */
const bestStart = (text: string, marks: readonly Mark[]): number => {
  let best = { different: 0, start: marks[0]?.start ?? 0 };
  for (const [i, { start }] of marks.slice(0, mostLooked).entries()) {
    const end = start + mostChars - leadChars;
    const seen = new Set<string>();
    for (let j = i; j < marks.length && marks[j]!.end <= end; j++)
      seen.add(text.slice(marks[j]!.start, marks[j]!.end).toLowerCase());
    if (seen.size > best.different) best = { different: seen.size, start };
  }
  return best.start;
};

const mostLooked = 500;

const windowOf = (text: string, start: number): [from: number, to: number] => {
  const end = Math.min(text.length, Math.max(0, start - leadChars) + mostChars);
  const from = afterSpace(text, Math.max(0, Math.min(start - leadChars, end - mostChars)), start);
  return [from, beforeSpace(text, end, start)];
};

/** Not in the middle of a word, nor of a character of two units. */
const afterSpace = (text: string, from: number, start: number): number => {
  if (from === 0) return 0;
  const space = text.slice(from, Math.min(start, from + longestWord)).search(/\s/);
  if (space >= 0) return from + space + 1;
  return isLowSurrogate(text, from) ? from + 1 : from;
};

const beforeSpace = (text: string, end: number, start: number): number => {
  if (end === text.length) return end;
  const tail = text.slice(Math.max(start, end - longestWord), end);
  const space = tail.search(/\s\S*$/);
  if (space > 0) return end - tail.length + space;
  return isLowSurrogate(text, end) ? end - 1 : end;
};

const isLowSurrogate = (text: string, at: number): boolean => /[\udc00-\udfff]/.test(text.charAt(at));
