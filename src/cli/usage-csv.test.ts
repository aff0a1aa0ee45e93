/** Reports as spreadsheets read them. */
import { describe, expect, it } from 'vitest';
import { usageCsv } from './usage-csv.ts';

const sums = {
  input: 1,
  output: 2,
  reasoning: 0,
  cacheRead: 3,
  cacheWrite5m: 4,
  cacheWrite1h: 5,
  costUsd: '0.0033',
  unpriced: 0,
  responses: 6,
  incomplete: 0,
};
const sumHeadings = 'input,output,reasoning,cacheRead,cacheWrite5m,cacheWrite1h,costUsd,unpriced,responses,incomplete';

describe('CSV', () => {
  it('has a line a row and no totals', async () =>
    expect(await usageCsv('daily', { rows: [{ date: '2026-11-20', ...sums, modelNames: ['a', 'b'] }] })).toBe(
      `date,${sumHeadings},modelNames\r\n2026-11-20,1,2,0,3,4,5,0.0033,0,6,0,a b\r\n`,
    ));

  it('has its headings where there is nothing', async () =>
    expect(await usageCsv('models', { rows: [] })).toBe(`model,sources,firstAt,lastAt,${sumHeadings}\r\n`));

  it('has a line a model in a breakdown', async () => {
    const models = [
      { model: 'a', ...sums },
      { model: 'b', ...sums, input: 7 },
    ];
    expect(await usageCsv('monthly', { rows: [{ month: '2026-11', ...sums, modelNames: [], models }] })).toBe(
      [
        `month,model,${sumHeadings}`,
        '2026-11,a,1,2,0,3,4,5,0.0033,0,6,0',
        '2026-11,b,7,2,0,3,4,5,0.0033,0,6,0',
        '',
      ].join('\r\n'),
    );
  });

  it('of blocks tells pauses from blocks', async () => {
    const times = { start: '2026-11-20T09:00:00.000Z', end: '2026-11-20T14:00:00.000Z' };
    const csv = await usageCsv('blocks', { rows: [{ ...times, gap: true, active: false, ...sums, modelNames: [] }] });
    expect(csv.split('\r\n')[1]).toBe(`${times.start},${times.end},true,false,1,2,0,3,4,5,0.0033,0,6,0,`);
  });

  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['@SUM(1)', `'@SUM(1)`],
    ['+1', `'+1`],
    ['-1', `'-1`],
    ['a,b', '"a,b"'],
    ['a\nb', '"a\nb"'],
    ['/srv/ü', '/srv/ü'],
  ])('makes %j harmless', async (project, cell) => {
    const at = '2026-11-20T09:00:00.000Z';
    const row = { project, sources: ['claude'], firstAt: at, lastAt: at, ...sums, modelNames: [project] };
    const csv = await usageCsv('projects', { rows: [row] });
    expect(csv.slice(csv.indexOf('\r\n') + 2)).toBe(`${cell},claude,${at},${at},1,2,0,3,4,5,0.0033,0,6,0,${cell}\r\n`);
  });
});
