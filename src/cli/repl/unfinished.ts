import { parse, Parser, tokTypes } from 'acorn';
import type { Token } from 'acorn';

/** Whether what was typed may be whole with more lines. */
export const isUnfinished = (input: string, language = 'javascript'): boolean => {
  if (language === 'scheme') return isOpenInScheme(input);
  try {
    parse(input, { ecmaVersion: 'latest', sourceType: 'script', allowAwaitOutsideFunction: true });
    return false;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { message, pos } = error as SyntaxError & { pos?: number };
    if (/^Unterminated (template|comment)/.test(message)) return true;
    if (message.startsWith('Unterminated string')) return /\\\n?$/.test(input);
    if (message.startsWith('Unexpected token') && pos === input.length) return true;
    // Types are no JavaScript: what is open is told by the brackets.
    return language === 'typescript' && isOpen(input);
  }
};

const isOpen = (input: string): boolean => {
  let depth = 0;
  let last: Token | undefined;
  try {
    for (const token of Parser.tokenizer(input, { ecmaVersion: 'latest' })) {
      const { type } = token;
      if (type === tokTypes.braceL || type === tokTypes.dollarBraceL || type === tokTypes.parenL) depth += 1;
      else if (type === tokTypes.bracketL) depth += 1;
      else if (type === tokTypes.braceR || type === tokTypes.parenR || type === tokTypes.bracketR) depth -= 1;
      last = token;
    }
  } catch {
    return false;
  }
  return depth > 0 || (last !== undefined && goesOn.has(last.type));
};

const goesOn = new Set([tokTypes.eq, tokTypes.comma, tokTypes.colon, tokTypes.arrow, tokTypes.dot, tokTypes.assign]);

/** By its brackets, outside texts, characters and comments. */
const isOpenInScheme = (input: string): boolean => {
  const bare = input
    .replaceAll(/#\|[^]*?\|#/g, '')
    .replaceAll(/#\\(?:\w+|[^])/g, '')
    .replaceAll(/"(?:\\[^]|[^"\\])*"/g, '')
    .replaceAll(/;.*/g, '');
  if (bare.includes('"') || bare.includes('#|')) return true;
  const count = (one: RegExp): number => bare.match(one)?.length ?? 0;
  return count(/[([]/g) > count(/[)\]]/g);
};
