/** The log's files: they roll, also over restarts, and lose no line that they should have. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logFile, logFilesIn, logFolder } from '../place.ts';
import { openLog } from './log.ts';

const bounds = { largestBytes: 4096, filesKept: 3 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stint-log-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const linesIn = (): { n: number; level: number }[] =>
  logFilesIn(folder)
    .filter(({ file }) => statSync(file).isFile())
    .flatMap(({ file }) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { n: number; level: number }),
    );

/** Writes lines, waiting for each to be on the disk. */
const write = async (from: number, to: number): Promise<void> => {
  const { log, flush } = await openLog(folder, 'INFO', true, bounds);
  for (let n = from; n < to; n++) {
    log.info({ n, filler: 'x'.repeat(200) }, 'a line');
    await expect.poll(() => linesIn().at(-1)?.n, { interval: 1 }).toBe(n);
  }
  flush();
};

describe('the log', () => {
  it('goes on in another file when one is full, and keeps the newest', async () => {
    await write(0, 100);
    const files = logFilesIn(folder);
    expect(files).toHaveLength(bounds.filesKept);
    expect(files[0]?.number).toBeGreaterThan(1);
    for (const { file } of files) expect(statSync(file).size).toBeLessThan(bounds.largestBytes + 1024);
    const numbers = linesIn().map(({ n }) => n);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => 100 - numbers.length + i));
  });

  it('goes on where it ended after a restart, and forgets files of earlier starts', async () => {
    for (let start = 0; start < 6; start++) await write(start * 20, start * 20 + 20);
    expect(readdirSync(logFolder(folder))).toHaveLength(bounds.filesKept);
    const numbers = linesIn().map(({ n }) => n);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => 120 - numbers.length + i));
  });

  it('goes on where an old file can’t be removed', async () => {
    // Nor can a folder, as a file is.
    mkdirSync(logFile(folder, 1), { recursive: true });
    writeFileSync(logFile(folder, 7), '');
    await write(0, 60);
    expect(logFilesIn(folder).map(({ number }) => number)).toContain(1);
    expect(linesIn().at(-1)?.n).toBe(59);
  });

  it('is its user’s alone', async () => {
    await write(0, 1);
    const [file] = logFilesIn(folder);
    expect(statSync(file?.file ?? '').mode & 0o777).toBe(0o600);
  });

  it('takes levels from the one that was asked for on', async () => {
    const { log, flush } = await openLog(folder, 'WARN', true, bounds);
    log.debug({ n: 1 });
    log.info({ n: 2 });
    log.warn({ n: 3 });
    log.error({ n: 4 });
    flush();
    // One may still be on its way to the disk while the other is flushed.
    await expect
      .poll(() =>
        linesIn()
          .map(({ n }) => n)
          .toSorted((a, b) => a - b),
      )
      .toEqual([3, 4]);
  });
});
