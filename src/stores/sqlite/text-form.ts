import type { SearchTerm } from '../../contract/search-terms.ts';
import { keptBytes } from '../../journal/search.ts';

/**
 * Texts and questions in the form in which the index tells words apart: it breaks where letters end. Languages that are written
 * without spaces have a separator put between their letters, so that each is a word and a word of theirs is a phrase: any part
 * of what they say is found, of whatever length. So have Koreans, whose words grow endings.
 */

/** Invisible, seldom used, and no letter. */
export const separator = '\u2063';
/** Around what fits, in what the store's highlight gives back. Characters that no text may have. */
export const markStart = '\ufdd0';
export const markEnd = '\ufdd1';

const notKept = /[\0\ufdd0\ufdd1]/g;
const scripts = ['scx=Han', 'scx=Hira', 'scx=Kana', 'scx=Bopo', 'sc=Hang', 'sc=Thai', 'sc=Laoo', 'sc=Khmr', 'sc=Mymr'];
const unspaced = String.raw`[[${scripts.map((script) => `\\p{${script}}`).join('')}]&&\p{L}]`;
/** SQLite knows signs up to those of 2012, and takes younger ones, such as many pictures, for letters. */
const youngSign = String.raw`[[\p{S}\p{P}]--[\0-\u00ff\u2010-\u2027\u2190-\u22ff\u2500-\u25ff\u3000-\u303f]]`;
/** Something of a word; what has no name yet may be. */
const ofWord = String.raw`[^\s\p{P}\p{S}]`;
const anyToBreak = new RegExp(`${unspaced}|${youngSign}`, 'v');
/** Before such a letter or sign that follows something of a word, and after one that something of a word follows. */
const breaks = new RegExp(
  String.raw`(?<=${ofWord})(?=${unspaced}|${youngSign})|(?<=(?:${unspaced}|${youngSign})\p{M}*)(?=[^\s\p{P}\p{S}\p{M}])`,
  'gv',
);

const formOf = (text: string): string => {
  const one = text.toWellFormed().normalize('NFC').replaceAll(separator, '').replace(notKept, '\ufffd');
  return anyToBreak.test(one) ? one.replace(breaks, separator) : one;
};

/** As a text is kept, and how many bytes it had. */
export const storedForm = (text: string): { text: string; bytes: number } => {
  const bytes = Buffer.byteLength(text);
  return { text: formOf(bytes > keptBytes ? beginningOf(text) : text), bytes };
};

const beginningOf = (text: string): string => {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(keptBytes));
  return text.slice(0, read);
};

/** The index's own language, in which everything is quoted: nothing of what was typed is grammar. */
export const matchOf = (terms: readonly SearchTerm[]): string => {
  const [wanted, excluded] = [terms.filter((term) => !term.isExcluded), terms.filter((term) => term.isExcluded)];
  const all = wanted.map(quoted).join(' ') || '""';
  return excluded.length === 0 ? all : `${all} NOT (${excluded.map(quoted).join(' OR ')})`;
};

/** A phrase in which the index finds no word is passed over by it. */
const quoted = ({ text, isPrefix }: SearchTerm): string =>
  `"${formOf(text).replaceAll('"', '""')}"${isPrefix ? ' *' : ''}`;
