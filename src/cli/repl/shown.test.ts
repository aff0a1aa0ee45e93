import { expect, it } from 'vitest';
import { Shown } from './shown.ts';

const inTerminal = (...pieces: string[]): string => {
  const shown = new Shown({ isTerminal: true });
  return pieces.map((piece) => shown.of(piece)).join('');
};

it.each([
  [['a\tb\n'], 'a\tb\n'],
  [['\u001b[31mred\u001b[0m'], '\u001b[31mred\u001b[0m'],
  [['\u001b[38;5;', '9mred'], '\u001b[38;5;9mred'],
  [['\u001b', '[1mbold'], '\u001b[1mbold'],
  [['\u001b[2Jgone'], '�[2Jgone'],
  [['\u001b]0;title\u0007'], '�]0;title�'],
  [['50%\r60%'], '50%�60%'],
  [['a\u202eb\u009b2J'], 'a�b�2J'],
  [['👩‍👩‍👧 é'], '👩‍👩‍👧 é'],
])('of %j a terminal is shown %j', (pieces, shown) => {
  expect(inTerminal(...pieces)).toBe(shown);
});

it('anything else gets it as it is', () => {
  expect(new Shown({ isTerminal: false }).of('\u001b[2J\r')).toBe('\u001b[2J\r');
});

it('knows whether a line was left open', () => {
  const shown = new Shown({ isTerminal: true });
  expect([shown.isAtStart, shown.of('a'), shown.isAtStart, shown.of('b\n'), shown.isAtStart]).toEqual([
    true,
    'a',
    false,
    'b\n',
    true,
  ]);
});
