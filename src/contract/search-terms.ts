/**
 * What is looked for, as people type it: words that must all occur, "exact phrases", the beginning of a word*, and what must
 * not occur behind a -hyphen. Nothing that is typed is an error of grammar: what means nothing is passed over.
 */

export interface SearchTerm {
  /** One word or more; of several, these in this order with nothing but punctuation between. */
  text: string;
  /** The last word may go on. */
  isPrefix: boolean;
  /** What must not occur. */
  isExcluded: boolean;
}

const quotes = /[“”„‟«»]/g;
/** A phrase in quotes, up to the end where they are not closed; or what stands between spaces. */
const typed = /(-?)"([^"]*)(?:"(\*?)|$)|(\S+)/g;
/** As the index has them: marks are part of the word that they stand in. */
const wordIn = /[\p{L}\p{N}\p{Co}]/u;

export const termsIn = (query: string): SearchTerm[] =>
  [...query.replace(quotes, '"').matchAll(typed)]
    .map(([, hyphen = '', phrase = '', star = '', word]) =>
      word === undefined
        ? { text: phrase, isPrefix: star !== '', isExcluded: hyphen !== '' }
        : { text: word, isPrefix: /[\p{L}\p{N}\p{Co}\p{M}]\*$/u.test(word), isExcluded: isExclusion.test(word) },
    )
    .filter(({ text }) => wordIn.test(text));

/** One hyphen right before a word; two are how options of commands are written. */
const isExclusion = /^-[^\p{P}\p{S}]/u;
