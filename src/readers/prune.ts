/**
 * JSON text without the values that nobody asks for: most of a transcript's line is what was said, and what is left is parsed in a
 * fraction of the time. Which quotes begin and end strings is followed to the letter; what is inside a value that is left out is
 * not looked at.
 */

const quote = 0x22;
const backslash = 0x5c;

/**
 * `text` with null in the place of every value whose name is one of `names`, given as `"name":`. Inside a string a quote has a
 * backslash before it, so that what looks like a name is one. Undefined where such a value does not end.
 */
export function pruned(text: string, names: readonly string[]): string | undefined {
  let left = text;
  for (const name of names) {
    const without = withoutValues(left, name);
    if (without === undefined) return undefined;
    left = without;
  }
  return left;
}

function withoutValues(text: string, name: string): string | undefined {
  let kept = '';
  let from = 0;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at)) {
    if (text.charCodeAt(at - 1) === backslash) {
      at += name.length;
      continue;
    }
    const begin = at + name.length;
    const end = endOfValue(text, begin);
    if (end < 0) return undefined;
    kept += `${text.slice(from, begin)}null`;
    from = at = end;
  }
  return from === 0 ? text : kept + text.slice(from);
}

/** Where the value ends that begins at `at`, white space before it included; negative when it does not. */
function endOfValue(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case quote:
        i = endOfString(text, i);
        if (i < 0) return -1;
        if (depth === 0) return i + 1;
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth++;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        // The end of what the value stands in: a number, true, false or null.
        if (depth === 0) return i;
        if (--depth === 0) return i + 1;
        break;
      case 0x2c: // ,
        if (depth === 0) return i;
        break;
    }
  }
  return -1;
}

/** The place of the quote that ends the string which begins at `at`; negative when there is none. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === backslash) before--;
    // Backslashes in pairs are not the quote's.
    if ((end - before) % 2 === 1) return end;
  }
  return -1;
}
