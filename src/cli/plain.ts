/** Names and messages come from anywhere: nothing in them may steer the terminal, hide, or turn the text around. */

/** Controls, formats and line separators; what joins letters or pictures (ZWJ, ZWNJ) shows something, and stays. */
const steering = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/gu;

export const plain = (text: string): string => text.replace(steering, '�');

let segmenter: Intl.Segmenter | undefined;
/** Made when it is needed: it takes 10 ms, and most texts are ASCII. */
const segmentsOf = (text: string) =>
  (segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })).segment(text);
const wide =
  /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;

/** How many columns a plain text takes; Chinese, Japanese, Korean and pictures take two each. */
export const widthOf = (text: string): number => {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmentsOf(text)) width += wide.test(segment) ? 2 : 1;
  return width;
};

/** The text, cut with `…` where it is wider than `columns`. */
export const cut = (text: string, columns: number): string => {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 1;
  for (const { segment } of segmentsOf(text)) {
    width += widthOf(segment);
    if (width > columns) break;
    kept += segment;
  }
  return columns < 1 ? '' : `${kept}…`;
};

/** The text, filled with spaces to `columns`. */
export const padded = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));

// oxlint-disable-next-line no-control-regex
const styling = /\u001b\[\d*m/g;

/** How many columns a text with styles takes. */
export const shownWidthOf = (text: string): number => widthOf(text.replaceAll(styling, ''));

/** The text in lines of at most `columns`, broken between words; a word that is longer stays whole. Styles take no room. */
export const wrapped = (text: string, columns: number): string => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && shownWidthOf(last) + 1 + shownWidthOf(word) <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
};
