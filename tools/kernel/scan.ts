/**
 * Bytes of lines → what is picked of them: the same as src/readers/lines.ts and pick.ts hand over, read off a memory sixteen bytes at
 * a time. It knows no source: the needle, the names and the shapes are written into its memory, and what it has found is on its tape;
 * both are told in src/readers/tape.ts. AssemblyScript, compiled by src/readers/kernel.test.ts.
 *
 * 1. What lies behind the input's end is old or nothing, and never believed: whatever is found there is held against the end.
 * 2. Place 0 is nowhere. Its byte is 0, which is no JSON, so that a step from nowhere leads nowhere.
 * 3. The byte behind a line is white space or a newline: a walk that comes to it needs no other look at where it is.
 * 4. A line that takes more of the tape than one may is left to others, whole.
 */
import {
  entryWords,
  fieldBytes,
  fieldNameAt,
  fieldNameLength,
  fieldNumber,
  fieldShape,
  isCount,
  isEnd,
  isEscaped,
  isFalse,
  isLeft,
  isLine,
  isMalformed,
  isNull,
  isObject,
  isOther,
  isPlain,
  isSame,
  isText,
  isTooLong,
  isTrue,
  lastsAt,
  mostFields,
  nameLengths,
  needleAt,
  noField,
  tapeAt,
  tapeEnd,
} from '../../src/readers/tape';

const entryBytes: i32 = entryWords << 2;
/** Of one line. */
const mostOfLine: i32 = 512 * entryBytes;
/** What a field keeps of its last text: the length, then the bytes of one that is not longer than that. */
const lastBytes: i32 = 128;

const nowhere: i32 = 0;
const newline: i32 = 0x0a;
const quote: i32 = 0x22;
const comma: i32 = 0x2c;
const colon: i32 = 0x3a;
const openBracket: i32 = 0x5b;
const backslash: i32 = 0x5c;
const closeBracket: i32 = 0x5d;
const openBrace: i32 = 0x7b;
const closeBrace: i32 = 0x7d;

/** Where the tape goes on, and where it may not within this line. */
let tape: i32 = tapeAt;
let tapeLimit: i32 = 0;

/** Where the line begins that `scan` has not come to. */
export let scannedTo: i32 = 0;

/** Reads whole lines until the bytes or the tape come to their end; returns the end of what is on the tape. */
export function scan(from: i32, end: i32, longest: i32, needleBytes: i32, shape: i32): i32 {
  forgetTexts();
  tape = tapeAt;
  scannedTo = from;
  while (tape + mostOfLine <= tapeEnd) {
    const hit = newlineOrNeedle(scannedTo, end, needleBytes);
    if (hit === nowhere) break;
    const isMet = load<u8>(hit) !== newline;
    const lineEnd = isMet ? newlineAfter(hit, end) : hit;
    if (lineEnd === nowhere) break;
    line(scannedTo, lineEnd, longest, isMet, shape);
    scannedTo = lineEnd + 1;
  }
  return tape;
}

/** The first newline, or the first needle when that comes before. */
function newlineOrNeedle(from: i32, end: i32, needleBytes: i32): i32 {
  const newlines = i8x16.splat(i8(newline));
  const first = v128.load8_splat(needleAt);
  const second = v128.load8_splat(needleAt + 1);
  const last = v128.load8_splat(needleAt + needleBytes - 1);
  const toLast = needleBytes - 1;
  for (let at = from; at < end; at += 16) {
    const bytes = v128.load(at);
    const ends = i8x16.eq(bytes, newlines);
    const begins = v128.and(
      v128.and(i8x16.eq(bytes, first), i8x16.eq(v128.load(at, 1), second)),
      i8x16.eq(v128.load(at + toLast), last),
    );
    if (!v128.any_true(v128.or(ends, begins))) continue;
    const nextNewline = i8x16.bitmask(ends);
    const beforeNewline = nextNewline === 0 ? 0xffff : (nextNewline & -nextNewline) - 1;
    for (let some = i8x16.bitmask(begins) & beforeNewline; some !== 0; some &= some - 1) {
      const place = at + ctz(some);
      if (isEqual(place, needleAt, needleBytes)) return place;
    }
    if (nextNewline !== 0) {
      const place = at + ctz(nextNewline);
      return place < end ? place : nowhere;
    }
  }
  return nowhere;
}

function newlineAfter(from: i32, end: i32): i32 {
  const newlines = i8x16.splat(i8(newline));
  for (let at = from; at < end; at += 16) {
    const ends = i8x16.bitmask(i8x16.eq(v128.load(at), newlines));
    if (ends === 0) continue;
    const place = at + ctz(ends);
    return place < end ? place : nowhere;
  }
  return nowhere;
}

function line(start: i32, end: i32, longest: i32, isMet: bool, shape: i32): void {
  const begun = tape;
  tapeLimit = tape + mostOfLine - entryBytes;
  if (end - start > longest) return put(isTooLong, start, 0, 0);
  let from = start;
  let to = end;
  while (from < to && isSpace(load<u8>(from))) from++;
  while (to > from && isSpace(load<u8>(to - 1))) to--;
  if (from === to) return;
  if (to - from < 2 || load<u8>(from) !== openBrace || load<u8>(to - 1) !== closeBrace)
    return put(isMalformed, start, 0, 0);
  if (!isMet) return;
  put(isLine, start, from, to);
  const at = pickObject(from, to, shape);
  const isWhole = at !== nowhere && afterSpace(at, to) === to;
  const isLeftOver = tape >= tapeLimit;
  if (isWhole && !isLeftOver) return;
  store<i32>(begun, isLeftOver ? isLeft : isMalformed);
  tape = begun + entryBytes;
  // The texts of this line are not on the tape.
  forgetTexts();
}

function isSpace(code: i32): bool {
  return code === 0x20 || code === 0x0d || code === 0x09 || code === newline;
}

/** The next byte that is no white space, `end` where there is none, nowhere when that is not JSON's. */
function afterSpace(from: i32, end: i32): i32 {
  let at = from;
  while (true) {
    const code: i32 = load<u8>(at);
    if (code > 0x20 || at >= end) return at;
    if (!isSpace(code)) return nowhere;
    at++;
  }
}

/** From its brace to behind it. */
function pickObject(from: i32, end: i32, shape: i32): i32 {
  let at = afterSpace(from + 1, end);
  if (load<u8>(at) === closeBrace) {
    put(isEnd, 0, 0, 0);
    return at + 1;
  }
  while (true) {
    if (load<u8>(at) !== quote) return nowhere;
    const name = at + 1;
    const nameEnd = endOfString(name, end);
    if (nameEnd === nowhere) return nowhere;
    at = afterSpace(nameEnd + 1, end);
    if (load<u8>(at) !== colon) return nowhere;
    at = afterSpace(at + 1, end);
    const field = fieldAt(shape, name, nameEnd - name);
    at = field === nowhere ? skipValue(at, end) : pickValue(at, end, field);
    if (at === nowhere) return nowhere;
    at = afterSpace(at, end);
    const code: i32 = load<u8>(at);
    if (code === closeBrace) {
      put(isEnd, 0, 0, 0);
      return at + 1;
    }
    if (code !== comma) return nowhere;
    at = afterSpace(at + 1, end);
  }
}

function fieldAt(shape: i32, name: i32, length: i32): i32 {
  if (length >= nameLengths) return nowhere;
  const first: i32 = load<u8>(shape + length);
  if (first === noField) return nowhere;
  let start = load<u64>(name);
  if (length < 8) start &= ((<u64>1) << (length << 3)) - 1;
  for (
    let field = shape + nameLengths + first * fieldBytes;
    load<i32>(field, fieldNameLength) === length;
    field += fieldBytes
  ) {
    if (load<u64>(field) !== start) continue;
    if (length <= 8 || isEqual(name, load<i32>(field, fieldNameAt), length)) return field;
  }
  return nowhere;
}

function pickValue(at: i32, end: i32, field: i32): i32 {
  const code: i32 = load<u8>(at);
  const number = load<i32>(field, fieldNumber);
  if (code === quote) return pickText(at + 1, end, number);
  const shape: i32 = load<i32>(field, fieldShape);
  if (code === openBrace && shape !== nowhere) {
    put(isObject, number, 0, 0);
    return pickObject(at, end, shape);
  }
  const to = skipValue(at, end);
  if (to !== nowhere) putLiteral(number, at, to);
  return to;
}

function putLiteral(field: i32, from: i32, to: i32): void {
  const count = countAt(from, to);
  if (count >= 0) return put(isCount, field, count, 0);
  const first = load<i32>(from);
  const length = to - from;
  if (length === 4 && first === 0x6c6c756e) return put(isNull, field, 0, 0);
  if (length === 4 && first === 0x65757274) return put(isTrue, field, 0, 0);
  if (length === 5 && first === 0x736c6166 && load<u8>(from, 4) === 0x65) return put(isFalse, field, 0, 0);
  put(isOther, field, from, to);
}

/** -1 for what is no count, or is a larger one. */
function countAt(from: i32, to: i32): i32 {
  const isLong = to - from > 1;
  if (to - from > 9 || (isLong && load<u8>(from) === 0x30)) return -1;
  let count = 0;
  for (let at = from; at < to; at++) {
    const digit: i32 = load<u8>(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    count = count * 10 + digit;
  }
  return count;
}

/** From behind its first quote. */
function pickText(from: i32, end: i32, field: i32): i32 {
  const last = lastsAt + field * lastBytes;
  const lastLength: i32 = load<i32>(last);
  if (lastLength > 0 && load<u8>(from + lastLength) === quote && isEqual(from, last + 4, lastLength)) {
    put(isSame, field, 0, 0);
    return from + lastLength + 1;
  }
  const to = endOfString(from, end);
  if (to === nowhere) return nowhere;
  const kind = kindOfText(from, to);
  put(kind, field, from, to);
  if (kind !== isEscaped) keepText(last, from, to - from);
  return to + 1;
}

function kindOfText(from: i32, to: i32): i32 {
  const backslashes = i8x16.splat(i8(backslash));
  let kind = isPlain;
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const ours = maskOf(to - at);
    if ((i8x16.bitmask(i8x16.eq(bytes, backslashes)) & ours) !== 0) return isEscaped;
    if ((i8x16.bitmask(bytes) & ours) !== 0) kind = isText;
  }
  return kind;
}

function keepText(last: i32, from: i32, length: i32): void {
  const isKept = length <= lastBytes - 4;
  store<i32>(last, isKept ? length : 0);
  if (isKept) memory.copy(last + 4, from, length);
}

function forgetTexts(): void {
  for (let field: i32 = 0; field < mostFields; field++) store<i32>(lastsAt + field * lastBytes, 0);
}

/** From behind the first quote to the last. */
function endOfString(from: i32, end: i32): i32 {
  const quotes = i8x16.splat(i8(quote));
  for (let at = from; at < end; at += 16) {
    for (let some = i8x16.bitmask(i8x16.eq(v128.load(at), quotes)); some !== 0; some &= some - 1) {
      const place = at + ctz(some);
      if (place >= end) return nowhere;
      let before = place - 1;
      while (load<u8>(before) === backslash) before--;
      // Backslashes in pairs are not the quote's.
      if (((place - before) & 1) === 1) return place;
    }
  }
  return nowhere;
}

/** To behind a value. */
function skipValue(at: i32, end: i32): i32 {
  const code: i32 = load<u8>(at);
  if (code === quote) {
    const to = endOfString(at + 1, end);
    return to === nowhere ? nowhere : to + 1;
  }
  return code === openBrace || code === openBracket ? skipNested(at, end) : skipLiteral(at);
}

function skipNested(from: i32, end: i32): i32 {
  let depth = 0;
  for (let at = from; at < end; at++) {
    const code: i32 = load<u8>(at);
    if (code === quote) {
      at = endOfString(at + 1, end);
      if (at === nowhere) return nowhere;
    } else if (code === openBracket || code === openBrace) {
      depth++;
    } else if (code === closeBracket || code === closeBrace) {
      if (--depth === 0) return at + 1;
    }
  }
  return nowhere;
}

/** A number, true, false or null, or what looks like one; it ends at the latest behind the line. */
function skipLiteral(from: i32): i32 {
  let at = from;
  while (true) {
    const code: i32 = load<u8>(at);
    if (code === comma || code === closeBrace || code === closeBracket || code <= 0x20) break;
    at++;
  }
  return at === from ? nowhere : at;
}

/** Of the next sixteen bytes those that are left. */
function maskOf(left: i32): i32 {
  return left >= 16 ? 0xffff : (1 << left) - 1;
}

function isEqual(a: i32, b: i32, length: i32): bool {
  for (let at: i32 = 0; at < length; at += 16) {
    const differ = ~i8x16.bitmask(i8x16.eq(v128.load(a + at), v128.load(b + at)));
    if ((differ & maskOf(length - at)) !== 0) return false;
  }
  return true;
}

/** What is beyond the line's limit is written over again, and the line left to others. */
function put(kind: i32, a: i32, b: i32, c: i32): void {
  store<i32>(tape, kind);
  store<i32>(tape, a, 4);
  store<i32>(tape, b, 8);
  store<i32>(tape, c, 12);
  if (tape < tapeLimit) tape += entryBytes;
}
