import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { termsIn } from './search-terms.ts';

const spelled = (query: string): string[] =>
  termsIn(query).map(({ text, isPrefix, isExcluded }) => `${isExcluded ? 'not ' : ''}${text}${isPrefix ? ' …' : ''}`);

describe('what is looked for', () => {
  it.each<[string, string[]]>([
    ['session cookie', ['session', 'cookie']],
    ['  "session cookie"  login', ['session cookie', 'login']],
    ['log*', ['log* …']],
    ['"session coo"*', ['session coo …']],
    ['login -draft -"old page"', ['login', 'not -draft', 'not old page']],
    ['“typed by a phone”', ['typed by a phone']],
    ['"never closed', ['never closed']],
    ['--no-search src/serve.ts user_id', ['--no-search', 'src/serve.ts', 'user_id']],
    ['a AND b OR NOT c', ['a', 'AND', 'b', 'OR', 'NOT', 'c']],
    ['- * "" -"" ** !? -', []],
    ['日本* 서버', ['日本* …', '서버']],
    ['*x (y) {z}: ^w+', ['*x', '(y)', '{z}:', '^w+']],
    ['', []],
  ])('%s', (query, terms) => expect(spelled(query)).toEqual(terms));

  it('is found in whatever is typed, and has a word in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (query) => {
        for (const { text } of termsIn(query)) expect(text).toMatch(/[\p{L}\p{N}\p{Co}]/u);
      }),
    );
  });
});
