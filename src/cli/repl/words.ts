/** Commands that begin with a colon are about the session; the server knows them, but for those that are about the prompt. */

export const isWord = (command: string): boolean => /^\s*:/.test(command);

const ofPrompt = /^\s*:session\s+(load|switch)(?:\s+(\S+))?\s*$/;

/** Where a prompt is to go: a session's name, or undefined in `to` where none was said; undefined for any other command. */
export const changeIn = (command: string): { word: string; to: string | undefined } | undefined => {
  const met = ofPrompt.exec(command);
  return met?.[1] === undefined ? undefined : { word: `:session ${met[1]}`, to: met[2] };
};

/** How those of the prompt are typed, and what for. */
export const promptWords: readonly (readonly [syntax: string, about: string])[] = [
  [':session load <name>', 'go on in another session'],
  [':session switch <name>', 'the same'],
];
