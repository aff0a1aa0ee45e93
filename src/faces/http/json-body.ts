import { isUtf8 } from 'node:buffer';
import { invalid } from '../../contract/problem.ts';
import type { Problem } from '../../contract/problem.ts';

/**
 * Parses a JSON body and refuses what JSON.parse lets through in silence: keys twice in one object, `__proto__`, nesting over
 * 64, numbers that are not finite. One pass over the text finds these; JSON.parse remains the judge of everything else.
 */
export const parseJson = (body: Buffer): unknown => {
  if (!isUtf8(body)) throw invalid([{ path: '', message: 'the body is not valid UTF-8' }]);
  const text = body.toString('utf8');
  scan(text);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid([{ path: '', message: 'the body is not valid JSON' }]);
  }
};

const deepest = 64;
/** Of a path in a refusal, in characters: keys are the caller's. */
const longestPath = 500;

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;

/** An object or an array around the present place: what is told apart in it, and which part is being read. */
type Level = { keys: Set<string>; key: string } | { keys: null; index: number };

const scan = (text: string): void => {
  const around: Level[] = [];
  let i = 0;
  while (i < text.length) {
    const char = text.charCodeAt(i);
    if (char === quote) i = passString(text, i, around);
    else if (isNumberStart(char)) i = passNumber(text, i, around);
    else {
      if (char === openBrace) enter(around, { keys: new Set(), key: '' });
      else if (char === openBracket) enter(around, { keys: null, index: 0 });
      else if (char === closeBrace || char === closeBracket) around.pop();
      else if (char === comma) nextItem(around.at(-1));
      i += 1;
    }
  }
};

const enter = (around: Level[], level: Level): void => {
  if (around.length === deepest) throw refusal(around, `is nested deeper than ${deepest}`);
  around.push(level);
};

const nextItem = (level: Level | undefined): void => {
  if (level?.keys === null) level.index += 1;
};

/** Names the place that has been reached: `metadata.list[2].name`. */
const refusal = (around: readonly Level[], message: string): Problem => {
  const path = around.map((level) => (level.keys ? `.${level.key}` : `[${level.index}]`)).join('');
  return invalid([{ path: path.replace(/^\./, '').slice(0, longestPath), message }]);
};

const isNumberStart = (char: number): boolean => (char >= 0x30 && char <= 0x39) || char === 0x2d;

/** Passes a string; when a colon follows it is a key. */
const passString = (text: string, start: number, around: Level[]): number => {
  let end = start + 1;
  let escaped = false;
  while (end < text.length && text.charCodeAt(end) !== quote) {
    if (text.charCodeAt(end) === backslash) {
      escaped = true;
      end += 1;
    }
    end += 1;
  }
  if (isKey(text, end + 1)) noteKey(around, keyOf(text, start, end, escaped));
  return end + 1;
};

const isKey = (text: string, from: number): boolean => {
  let i = from;
  while (isSpace(text.charCodeAt(i))) i += 1;
  return text.charCodeAt(i) === colon;
};

const isSpace = (char: number): boolean => char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09;

/** The key as it is meant: a name spelled with escapes is the same name. */
const keyOf = (text: string, start: number, end: number, escaped: boolean): string => {
  if (!escaped) return text.slice(start + 1, end);
  try {
    return String(JSON.parse(text.slice(start, end + 1)));
  } catch {
    return text.slice(start + 1, end); // not JSON: the parser says so
  }
};

const noteKey = (around: Level[], key: string): void => {
  const level = around.at(-1);
  if (!level?.keys) return; // not JSON: the parser says so
  level.key = key;
  if (key === '__proto__') throw refusal(around, 'this key is not allowed');
  if (level.keys.has(key)) throw refusal(around, 'this key is there twice');
  level.keys.add(key);
};

const numberPattern = /[-+.\deE]+/y;

const passNumber = (text: string, start: number, around: readonly Level[]): number => {
  numberPattern.lastIndex = start;
  const number = numberPattern.exec(text)?.[0] ?? '';
  if (Math.abs(Number(number)) === Infinity) throw refusal(around, `${number.slice(0, 40)} is not a finite number`);
  return start + number.length;
};
