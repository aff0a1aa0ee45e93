import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { widthOf } from './plain.ts';
import { tableText } from './table.ts';
import type { Column } from './table.ts';

interface Row {
  id: string;
  name: string;
  count: number;
}

const screen = (columns: number) => ({ isTerminal: true, columns, rows: 24, colors: false });
const columns: Column<Row>[] = [
  { heading: 'ID', cell: ({ id }) => id, weight: 2 },
  { heading: 'NAME', cell: ({ name }) => name, weight: 3, shrinksTo: 6 },
  { heading: 'COUNT', cell: ({ count }) => String(count), weight: 1, isNumber: true },
];
const rows = [
  { id: 'a1', name: 'fix the login', count: 5 },
  { id: 'b2', name: '日本', count: 12_345 },
];

describe('a table', () => {
  it('lines its columns up', () =>
    expect(tableText(screen(80), columns, rows)).toBe(
      ['ID  NAME           COUNT', 'a1  fix the login      5', 'b2  日本           12345'].join('\n'),
    ));

  it('says to a person what to do where it has no rows, and has its heading for a script', () => {
    expect(tableText(screen(80), columns, [], 'None.')).toBe('None.');
    expect(tableText({ ...screen(80), isTerminal: false }, columns, [], 'None.')).toBe('ID  NAME  COUNT');
  });

  it('cuts, and then leaves out what matters least, on a narrow screen', () => {
    expect(tableText(screen(20), columns, rows)).toBe(
      ['ID  NAME       COUNT', 'a1  fix the …      5', 'b2  日本       12345'].join('\n'),
    );
    expect(tableText(screen(12), columns, rows)).toBe(['ID  NAME', 'a1  fix the…', 'b2  日本'].join('\n'));
    expect(tableText(screen(5), columns, rows)).toBe(['NAME', 'fix …', '日本'].join('\n'));
  });

  it('never gets wider than the screen', () => {
    const row = fc.record({
      id: fc.stringMatching(/^[0-9a-f]{2,8}$/),
      name: fc.stringMatching(/^[a-z日本 ]{0,40}$/),
      count: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 4, max: 100 }), (some, width) => {
        for (const line of tableText(screen(width), columns, some).split('\n'))
          expect(widthOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
