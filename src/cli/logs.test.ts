/** `stint logs`: what the server wrote, for people and scripts. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { logFile, logFolder } from '../place.ts';
import { lastLines, linesSince } from './log-tail.ts';
import { lineOf } from './log-line.ts';
import { emptyFolder, saidBy, spawnStint, stint, useServer } from './stint.suite.ts';

const line = (n: number, level = 30, more: object = {}) =>
  `${JSON.stringify({ level, time: '2026-05-01T10:00:00.000Z', n, ...more, msg: `line ${n}` })}\n`;

/** A data folder whose log has these files. */
const folderWith = (...files: string[]): string => {
  const folder = emptyFolder();
  mkdirSync(logFolder(folder), { recursive: true });
  files.forEach((text, i) => writeFileSync(logFile(folder, i + 1), text));
  return folder;
};

const many = (from: number, to: number, level?: number) =>
  Array.from({ length: to - from }, (_, i) => line(from + i, level)).join('');
const numbersOf = (lines: readonly string[]) => lines.map((text) => (JSON.parse(text) as { n: number }).n);
const all = () => true;
const screen = { isTerminal: false, columns: 80, rows: 24, colors: false };

describe('the newest lines', () => {
  it('are found over files, oldest first, however large they are', () => {
    const folder = folderWith(many(0, 3000), many(3000, 3010));
    expect(numbersOf(lastLines(folder, 5, all).lines)).toEqual([3005, 3006, 3007, 3008, 3009]);
    expect(numbersOf(lastLines(folder, 2500, all).lines)).toEqual(Array.from({ length: 2500 }, (_, i) => 510 + i));
    expect(lastLines(folder, 9999, all).lines).toHaveLength(3010);
    expect(lastLines(folder, 0, all).lines).toEqual([]);
  });

  it('are those that are wanted', () => {
    const folder = folderWith(line(1, 50) + many(2, 5000));
    expect(numbersOf(lastLines(folder, 5, (text) => text.includes('"level":50')).lines)).toEqual([1]);
  });
});

describe('what is added', () => {
  it('is read once, whole lines only, and over a change of files', () => {
    const folder = folderWith(many(0, 3));
    let { end } = lastLines(folder, 1, all);
    const next = () => {
      const tail = linesSince(folder, end);
      end = tail.end;
      return numbersOf(tail.lines);
    };
    expect(next()).toEqual([]);
    const whole = line(4);
    appendFileSync(logFile(folder, 1), line(3) + whole.slice(0, 20));
    expect(next()).toEqual([3]);
    expect(next()).toEqual([]);
    appendFileSync(logFile(folder, 1), whole.slice(20));
    writeFileSync(logFile(folder, 2), line(5));
    expect(next()).toEqual([4]);
    expect(next()).toEqual([5]);
    expect(next()).toEqual([]);
  });
});

describe('a line for people', () => {
  it('is one line without steering characters, whatever stands in it', () => {
    const evil = 'a\nb\u001b[2Jc\r\u0085\u2028\u202e';
    const texts = [
      JSON.stringify({
        level: 50,
        time: evil,
        msg: evil,
        [evil]: evil,
        nested: { [evil]: [evil] },
        err: { type: evil, message: evil, stack: evil },
      }),
      evil,
      `{"level": 50, "msg": ${JSON.stringify(evil)}`,
    ];
    for (const text of texts) {
      // oxlint-disable-next-line no-control-regex
      expect(lineOf(screen, text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
    }
  });

  it('has time, level, message, cause and fields', () => {
    const record = {
      level: 40,
      time: '2026-05-01T10:00:00.000Z',
      url: 'http://x',
      msg: 'it is late',
      err: { type: 'Error', message: 'why' },
    };
    expect(lineOf(screen, JSON.stringify(record))).toBe(
      '2026-05-01T10:00:00.000Z WARN  it is late (Error: why) url=http://x',
    );
  });
});

describe('stint logs', () => {
  const { folder, client, run } = useServer();

  it('prints what the server wrote; no request that went well, and no second line out of a name', async () => {
    const before = (await run('logs', '-n', '1000', '--json')).stdout;
    const name = 'one\nINFO two\u001b[31m';
    await client().POST('/api/sessions', { body: { name, duration: 60_000 } });
    await client().GET('/api/sessions', { params: { query: { q: name } } });
    expect((await run('logs', '-n', '1000', '--json')).stdout).toBe(before);
    const { code, stdout } = await run('logs');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^(\S+Z INFO {2}.+\n)*\S+Z INFO {2}stint \S+ listens on http:\/\/127\.0\.0\.1:\d+\n$/),
    ]);
  });

  it('filters by level', async () => {
    appendFileSync(logFile(folder, 1), line(7, 40) + line(8, 50));
    expect((await run('logs', '--level', 'warn')).stdout.split('\n').filter(Boolean)).toHaveLength(2);
    expect((await run('logs', '--level', 'ERROR', '-n', '1')).stdout).toContain('line 8');
  });

  it('follows', async () => {
    const child = spawnStint(['logs', '-f', '-n', '1', '--json', '--data', folder]);
    await saidBy(child.stdout, /line 8/);
    const heard = saidBy(child.stdout, /line 9/);
    appendFileSync(logFile(folder, 1), line(9));
    expect(JSON.parse((await heard).trim())).toMatchObject({ n: 9, level: 'INFO' });
  });

  it('says what to do where there is none', async () => {
    const { code, stderr } = await stint(['logs', '--data', emptyFolder()]);
    expect([code, stderr]).toEqual([4, expect.stringContaining('start one with: stint serve')]);
  });
});
