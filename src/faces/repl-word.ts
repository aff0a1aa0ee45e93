/** A command that begins with a colon; see repl-words.ts. `P`: what it needs to be said. */
export interface Word<P> {
  syntax: string;
  about: string;
  /** Undefined where what was typed does not fit the syntax. */
  say: (parts: P, args: readonly string[]) => Promise<string> | undefined;
}

/** What is said of what a word has done; it is kept with that, for whoever sends the word again under its key. */
export type Told<T> = (done: T) => string;

export const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
