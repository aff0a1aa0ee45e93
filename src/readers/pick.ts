/**
 * JSON text → the few fields of it that are asked for. Most of a transcript's line is what was said; finding its way past that takes
 * a third of the time that JSON.parse takes to build it. Which quotes begin and end strings, and which brackets belong together, is
 * followed to the letter; what is inside a value that nobody asks for is not looked at.
 */

/** What is wanted of an object: of each name the whole value, or of an object some of its fields. */
export interface Wanted {
  readonly [name: string]: true | Wanted;
}

/** A text that is met again and again is kept once: the model, the directory, the session. */
export interface Field {
  name: string;
  shape: Shape | undefined;
  last: string;
}

/** `Wanted` as it is looked up: by the length of the name. */
export class Shape {
  readonly fields: readonly Field[];
  readonly #byLength: Field[][] = [];

  constructor(wanted: Wanted) {
    this.fields = Object.entries(wanted).map(([name, of]) => ({
      name,
      shape: of === true ? undefined : new Shape(of),
      last: '',
    }));
    for (const field of this.fields) (this.#byLength[field.name.length] ??= []).push(field);
  }

  fieldAt(text: string, from: number, to: number): Field | undefined {
    const some = this.#byLength[to - from];
    if (some === undefined) return undefined;
    for (const field of some) if (text.startsWith(field.name, from)) return field;
    return undefined;
  }
}

/**
 * Makes a text of its own of a part of the line: a slice would keep all of the line in memory. Where a character of the line stands for a
 * byte it also puts them together.
 */
export type Copy = (from: number, to: number) => string;

/** Undefined for what is no JSON object. */
export function pick(text: string, shape: Shape, copy: Copy): Readonly<Record<string, unknown>> | undefined {
  const picker = new Picker(text, copy);
  try {
    return picker.whole(shape);
  } catch (error) {
    if (error === malformed) return undefined;
    throw error;
  }
}

const malformed = new SyntaxError('no JSON');

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

class Picker {
  readonly #text: string;
  readonly #copy: Copy;
  #at = 0;

  constructor(text: string, copy: Copy) {
    this.#text = text;
    this.#copy = copy;
  }

  whole(shape: Shape): Readonly<Record<string, unknown>> {
    if (this.#next() !== openBrace) throw malformed;
    const picked = this.#object(shape);
    if (!Number.isNaN(this.#next())) throw malformed;
    return picked;
  }

  /** The next character that is no white space; NaN at the end. */
  #next(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code > 0x20 || Number.isNaN(code)) return code;
      if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) throw malformed;
      this.#at++;
    }
  }

  #object(shape: Shape): Record<string, unknown> {
    const picked: Record<string, unknown> = {};
    this.#at++;
    if (this.#next() === closeBrace) {
      this.#at++;
      return picked;
    }
    for (;;) {
      if (this.#next() !== quote) throw malformed;
      const from = this.#at + 1;
      const to = this.#endOfString();
      if (this.#next() !== colon) throw malformed;
      this.#at++;
      this.#next();
      const field = shape.fieldAt(this.#text, from, to);
      if (field === undefined) this.#skip();
      else picked[field.name] = this.#value(field);
      const code = this.#next();
      this.#at++;
      if (code === closeBrace) return picked;
      if (code !== comma) throw malformed;
    }
  }

  #value(field: Field): unknown {
    const code = this.#text.charCodeAt(this.#at);
    if (code === quote) return this.#string(field);
    if (code === openBrace && field.shape !== undefined) return this.#object(field.shape);
    const from = this.#at;
    this.#skip();
    const isLiteral = code !== openBrace && code !== openBracket;
    return parsed(isLiteral ? this.#text.slice(from, this.#at) : this.#copy(from, this.#at));
  }

  #string(field: Field): string {
    const from = this.#at + 1;
    const { last } = field;
    const end = from + last.length;
    if (this.#text.charCodeAt(end) === quote && last !== '' && this.#text.startsWith(last, from)) {
      this.#at = end + 1;
      return last;
    }
    const to = this.#endOfString();
    const raw = this.#copy(from, to);
    if (raw.includes('\\')) return parsed(`"${raw}"`) as string;
    // Looked for in the line, so it has to stand there as it is.
    return raw.length === to - from ? (field.last = raw) : raw;
  }

  /** Stands behind the string's last quote afterwards; returns the place of that. */
  #endOfString(): number {
    for (let end = this.#text.indexOf('"', this.#at + 1); end >= 0; end = this.#text.indexOf('"', end + 1)) {
      let before = end - 1;
      while (this.#text.charCodeAt(before) === backslash) before--;
      // Backslashes in pairs are not the quote's.
      if ((end - before) % 2 === 1) {
        this.#at = end + 1;
        return end;
      }
    }
    throw malformed;
  }

  /** Goes past a value. */
  #skip(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code === quote) this.#endOfString();
    else if (code === openBrace || code === openBracket) this.#skipNested();
    else this.#skipLiteral();
  }

  #skipNested(): void {
    const text = this.#text;
    for (let depth = 0; ;) {
      switch (text.charCodeAt(this.#at)) {
        case quote:
          this.#endOfString();
          continue;
        case openBracket:
        case openBrace:
          depth++;
          break;
        case closeBracket:
        case closeBrace:
          if (--depth === 0) {
            this.#at++;
            return;
          }
          break;
        default:
          if (this.#at >= text.length) throw malformed;
      }
      this.#at++;
    }
  }

  /** A number, true, false or null; parsed only where it is asked for. */
  #skipLiteral(): void {
    const from = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      const ends = code === comma || code === closeBrace || code === closeBracket || code <= 0x20 || Number.isNaN(code);
      if (ends) break;
      this.#at++;
    }
    if (this.#at === from) throw malformed;
  }
}

function parsed(text: string): unknown {
  const code = text.charCodeAt(0);
  // Most are counts and null.
  if (text === 'null') return null;
  if (text.length < 10 && code >= 0x31 && code <= 0x39) {
    let value = 0;
    for (let i = 0; i < text.length; i++) {
      const digit = text.charCodeAt(i) - 0x30;
      if (digit < 0 || digit > 9) return parsedWhole(text);
      value = value * 10 + digit;
    }
    return value;
  }
  return parsedWhole(text);
}

function parsedWhole(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed;
  }
}
