import { describe, expect, it } from 'vitest';
import { fitted } from './screen.ts';

const screen = (isTerminal: boolean) => ({ isTerminal, columns: 20, rows: 24, colors: false });

describe('a text that is wider than the screen', () => {
  it('goes on beneath its own beginning', () =>
    expect(fitted(screen(true), 'short\n  one two three four five\n\nlast')).toBe(
      'short\n  one two three four\n  five\n\nlast',
    ));

  it('stays as it is where nobody sees it', () => {
    const text = 'one two three four five six';
    expect(fitted(screen(false), text)).toBe(text);
  });
});
