/** Words as they are typed at bash, which hands them to a completion, and takes them from it, with their quotes. */

/** Where bash begins another word of its own accord: what has one of these can't be completed as a whole. */
const breaks = /["'@><=;|&(:\\`$!]/;

/** What a word that is being typed stands for; an open quote is one of its own. */
export const readable = (typed: string): string => {
  const quote = /^["']/.exec(typed)?.[0];
  return quote ? typed.slice(1).replace(new RegExp(`${quote}$`), '') : typed.replaceAll(/\\(.)/g, '$1');
};

/** The word in the quotes that were begun, else with a backslash where it needs one; nothing where bash would break it. */
export const spelled = (word: string, typed: string): string[] => {
  if (breaks.test(word)) return [];
  const quote = /^["']/.exec(typed)?.[0];
  if (quote) return [`${quote}${word}${quote}`];
  return [word.replaceAll(/[^\p{L}\p{N}_.%+,/-]/gu, String.raw`\$&`)];
};
