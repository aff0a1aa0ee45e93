import { Parser, tokTypes } from 'acorn';
import type { Token } from 'acorn';

/** What of a line of code is being typed, so that it can be completed. */

export interface Place {
  /** Names from a global one on, as in `a.b.0`; empty where the word itself is a global one. */
  path: string;
  /** As much of the word as is typed. */
  prefix: string;
  /** Where the word begins, in characters. */
  start: number;
}

/** Undefined where nothing can be completed: in a string, in a comment, after what has to be run to be known. */
export const placeIn = (code: string, cursor: number): Place | undefined => {
  const before = code.slice(0, cursor);
  const tokens = tokensOf(before);
  if (tokens === undefined) return undefined;
  const last = tokens.at(-1);
  const isWord = last !== undefined && last.end === cursor && isName(last);
  const prefix = isWord ? before.slice(last.start) : '';
  const rest = isWord ? tokens.slice(0, -1) : tokens;
  const start = cursor - prefix.length;
  const dot = rest.at(-1);
  if (!isDot(dot)) return last?.end === cursor && isValue(last) && !isWord ? undefined : { path: '', prefix, start };
  const path = pathBefore(before, rest.slice(0, -1));
  return path === undefined ? undefined : { path, prefix, start };
};

/** Undefined where the text ends within a string, a template or a comment. */
const tokensOf = (text: string): Token[] | undefined => {
  let isInComment = false;
  const onComment = (isBlock: boolean, _: string, __: number, end: number) => {
    isInComment = end === text.length && !(isBlock && text.endsWith('*/'));
  };
  try {
    const tokens = [...Parser.tokenizer(text, { ecmaVersion: 'latest', onComment })];
    const isInTemplate = tokens.at(-1)?.type === tokTypes.backQuote && tokens.filter(isBackQuote).length % 2 === 1;
    return isInComment || isInTemplate ? undefined : tokens;
  } catch {
    return undefined;
  }
};

const isBackQuote = ({ type }: Token): boolean => type === tokTypes.backQuote;
const isName = ({ type }: Token): boolean => type === tokTypes.name || type.keyword !== undefined;
const isDot = (token: Token | undefined): boolean =>
  token !== undefined && (token.type === tokTypes.dot || token.type === tokTypes.questionDot);
/** A word can't follow it at once. */
const isValue = ({ type }: Token): boolean =>
  type === tokTypes.num || type === tokTypes.string || type === tokTypes.regexp || isBackQuote({ type } as Token);

/** `a.b[0]['c']` as `a.b.0.c`; undefined where it is not made of names and plain keys from a name on. */
const pathBefore = (text: string, tokens: readonly Token[]): string | undefined => {
  const names: string[] = [];
  for (let at = tokens.length - 1; ;) {
    const token = tokens[at];
    if (token === undefined) return undefined;
    if (token.type === tokTypes.bracketR) {
      const key = keyOf(text, tokens[at - 1]);
      if (key === undefined || tokens[at - 2]?.type !== tokTypes.bracketL) return undefined;
      names.unshift(key);
      at -= isDot(tokens[at - 3]) ? 4 : 3;
      continue;
    }
    if (!isName(token)) return undefined;
    const name = text.slice(token.start, token.end);
    if (!isDot(tokens[at - 1])) {
      // A keyword is no value, but for `this`, which is the global object at the top.
      if (token.type.keyword !== undefined && name !== 'this') return undefined;
      return [name === 'this' ? 'globalThis' : name, ...names].join('.');
    }
    names.unshift(name);
    at -= 2;
  }
};

const keyOf = (text: string, token: Token | undefined): string | undefined => {
  if (token?.type !== tokTypes.num && token?.type !== tokTypes.string) return undefined;
  const typed = text.slice(token.start, token.end);
  const key = token.type === tokTypes.num ? String(Number(typed)) : typed.slice(1, -1);
  return /[.\\]/.test(key) ? undefined : key;
};

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
const most = 1000;

/** Of names that are there, those that go on as the word is typed, in order; `__proto__` and its like where they are begun. */
export const fitting = (names: readonly string[], prefix: string): string[] =>
  [...new Set(names)]
    .filter((name) => name.startsWith(prefix) && identifier.test(name))
    .filter((name) => !name.startsWith('__') || prefix.startsWith('_'))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .slice(0, most);

/** Words of the language that may begin or go on an input. */
export const keywords = (
  'async await break case catch class const continue debugger default delete do else extends false finally for function if in ' +
  'instanceof let new null of return static super switch this throw true try typeof var void while yield'
).split(' ');

/** What may stand for the last word of a command with a colon, of those that are typed as the syntaxes say. */
export const wordCompletions = (
  typed: string,
  syntaxes: readonly string[],
): { completions: string[]; start: number } => {
  const words = typed.trimStart().split(/\s+/);
  const last = words.at(-1) ?? '';
  const next = syntaxes.flatMap((syntax) => {
    const parts = syntax.split(' ');
    const isOnTheWay = words.slice(0, -1).every((word, i) => word === parts[i]);
    const part = parts[words.length - 1];
    return isOnTheWay && part !== undefined && /^:?[a-z]/.test(part) && part.startsWith(last) ? [part] : [];
  });
  return { completions: [...new Set(next)].toSorted(), start: typed.length - last.length };
};
