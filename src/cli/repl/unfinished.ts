import { parse } from 'acorn';

/** Whether what was typed may be whole with more lines. */
export const isUnfinished = (input: string): boolean => {
  try {
    parse(input, { ecmaVersion: 'latest', sourceType: 'script', allowAwaitOutsideFunction: true });
    return false;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { message, pos } = error as SyntaxError & { pos?: number };
    if (/^Unterminated (template|comment)/.test(message)) return true;
    if (message.startsWith('Unterminated string')) return /\\\n?$/.test(input);
    return message.startsWith('Unexpected token') && pos === input.length;
  }
};
