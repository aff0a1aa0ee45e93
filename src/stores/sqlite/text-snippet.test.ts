import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markEnd, markStart, separator } from './text-form.ts';
import { snippetOf } from './text-snippet.ts';

const marked = (text: string): string => text.replaceAll('[', markStart).replaceAll(']', markEnd);
const shown = (text: string): string => {
  const { snippet, marks } = snippetOf(marked(text));
  return marks.reduceRight(
    (line, { start, end }) => `${line.slice(0, start)}[${line.slice(start, end)}]${line.slice(end)}`,
    snippet,
  );
};
const filler = (words: number): string => 'filler '.repeat(words).trim();

describe('a snippet', () => {
  it('is the whole of a short text, on one line', () =>
    expect(shown('\n fix\tthe  [login\n page]\n')).toBe('fix the [login page] '));

  it('is where most of what was looked for stands together', () => {
    const text = `[red] ${filler(80)} [red] [red] ${filler(80)} [red] and [blue] ${filler(80)}`;
    expect(shown(text)).toMatch(/^…filler .*\[red\] and \[blue\] filler .* filler…$/);
  });

  it('has its end where the text ends', () =>
    expect(shown(`${filler(80)} [end]`)).toMatch(/^…filler.* filler \[end\]$/));

  it('shows letters as they were said, and cuts no character in two', () => {
    const { snippet, marks } = snippetOf(marked(`${'𠮷'.repeat(300)}[日${separator}本]${'𠮷'.repeat(300)}`));
    expect(marks.map(({ start, end }) => snippet.slice(start, end))).toEqual(['日本']);
    expect(snippet.isWellFormed()).toBe(true);
  });

  it('has marks on what is in it, in order, whatever the text', () => {
    const part = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.constantFrom(' ', '\n', 'word ', '語'));
    const clean = part.map((text) => text.replaceAll(/[\ufdd0\ufdd1]/g, ''));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(clean, fc.stringMatching(/^[a-z語]{1,9}$/)), { minLength: 1, maxLength: 60 }),
        (parts) => {
          const { snippet, marks } = snippetOf(
            parts.map(([text, fits]) => `${text} ${markStart}${fits}${markEnd}`).join(''),
          );
          expect(marks.length).toBeGreaterThan(0);
          expect(snippet.length).toBeLessThanOrEqual(242);
          expect(snippet).not.toMatch(/[\ufdd0\ufdd1]|\s\s/);
          let last = 0;
          for (const { start, end } of marks) {
            expect(start).toBeGreaterThanOrEqual(last);
            expect(parts.some(([, fits]) => fits.includes(snippet.slice(start, end)))).toBe(true);
            last = end;
          }
        },
      ),
    );
  });
});
