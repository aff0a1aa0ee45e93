/**
 * What kernel.ts and the kernel itself (tools/kernel/scan.ts) have agreed on: both import this, one as TypeScript, the other as
 * AssemblyScript, so that it holds nothing but whole numbers.
 */

/** The kernel's memory, which never grows. Its first bytes are 0 and stay so. */
export const needleAt = 64;
export const shapesAt = 1 << 10;
export const lastsAt = 16 << 10;
export const tapeAt = 32 << 10;
export const tapeEnd = 256 << 10;
export const inputAt = 256 << 10;
/** A chunk of the usual size goes in, with room behind it for reading sixteen bytes at once. */
export const inputEnd = inputAt + (1 << 20);
export const pages = 21;

export const longestNeedle = 16;

/**
 * A shape is where it says of each length of a name, in a byte, the number of the first field with such a name, or `noField`; then
 * come the fields by that length, and one of length 0. A field is the first eight bytes of its name, the name's length, where the name
 * is, the field's number, and where the shape is of what it holds, or 0.
 */
export const nameLengths = 32;
export const noField = 255;
export const fieldBytes = 32;
export const fieldNameLength = 8;
export const fieldNameAt = 12;
export const fieldNumber = 16;
export const fieldShape = 20;
/** Of all shapes together. */
export const mostFields = 128;

/** On the tape each thing takes four words, of which the first says what it is. */
export const entryWords = 4;

/** A line: its first byte, and from where to where it goes without white space around it; then what was picked of it. */
export const isLine = 1;
/** Lines of which nothing follows; the last is to be parsed by others. */
export const isMalformed = 2;
export const isTooLong = 3;
export const isLeft = 4;
/** Of what was picked of the line, or of an object in it. */
export const isEnd = 5;
/** All others: the field's number, and what is said of its value. An object some of whose fields follow. */
export const isObject = 6;
/** The text that the field had before on this tape. */
export const isSame = 7;
/** From where to where a text goes: in ASCII, or not, without escapes, or with some. */
export const isPlain = 8;
export const isText = 9;
export const isEscaped = 10;
/** The count itself. */
export const isCount = 11;
export const isNull = 12;
export const isTrue = 13;
export const isFalse = 14;
/** From where to where another value goes. */
export const isOther = 15;
