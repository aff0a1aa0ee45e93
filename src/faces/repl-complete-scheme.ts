import type { Place } from './repl-complete.ts';

/** What of a line of Scheme is being typed; undefined in a text, a character or a comment. */
export const placeInScheme = (code: string, cursor: number): Place | undefined => {
  const before = code.slice(0, cursor);
  // Whichever begins first is what it is: a quote in a comment begins no text.
  const outside = before.replaceAll(
    /#\\(?:[A-Za-z]+|[^])(?=[\s()[\]{}])|#\|[^]*?\|#|"(?:\\[^]|[^"\\])*"|;.*\n/g,
    (whole) => ' '.repeat(whole.length),
  );
  if (/["|;]|#\\\S*$/.test(outside)) return undefined;
  const prefix = /[^\s()[\]{}'`,#]*$/.exec(outside)![0];
  return outside.slice(0, outside.length - prefix.length).endsWith('#')
    ? undefined
    : { path: '', prefix, start: cursor - prefix.length };
};

const name = /^[^\s()[\]{}"'`,;#|]+$/;
const most = 1000;

/** Of names that are there, those that go on as the word is typed, in order. */
export const fittingInScheme = (names: readonly string[], prefix: string): string[] =>
  names
    .filter((one) => one.startsWith(prefix) && name.test(one))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .slice(0, most);
