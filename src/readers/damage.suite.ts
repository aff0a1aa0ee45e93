/** The part of the readers' suite about what disks, crashes and other programs leave: no file, no lines, lines without end. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReadingLimits } from './batch.ts';
import { Following, outputs, type ReaderHarness, replace, tempFolder } from './following.suite.ts';

const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === 'win32';

export function describeDamage(name: string, harness: ReaderHarness): void {
  const begin = (limits?: Partial<ReadingLimits>) =>
    new Following(harness.make(limits), join(tempFolder(), harness.fileName));
  const lines = (...numbers: number[]) => numbers.map((n) => `${harness.line(n)}\n`).join('');

  describe(`${name}: a file that is not there or not a file`, () => {
    it('is reported as vanished, and read on when it is back', async () => {
      const follow = begin();
      expect(await follow.read()).toEqual({
        records: [],
        skipped: [],
        cursor: null,
        status: 'vanished',
        restarted: false,
      });
      fs.writeFileSync(follow.file, lines(1));
      await follow.read();
      fs.renameSync(follow.file, `${follow.file}.away`);
      expect((await follow.read()).status).toBe('vanished');
      fs.renameSync(`${follow.file}.away`, follow.file);
      fs.appendFileSync(follow.file, lines(2));
      expect(outputs((await follow.read()).records)).toEqual([102]);
    });

    it('is reported as vanished when its folder is a file now', async () => {
      const folder = tempFolder();
      fs.writeFileSync(join(folder, 'x'), '');
      expect((await harness.make().readFrom(join(folder, 'x', harness.fileName))).status).toBe('vanished');
    });

    const oddities: [string, (path: string) => void, string][] = [
      ['a directory', (path) => fs.mkdirSync(path), 'not_a_file'],
      ['a symbolic link to itself', (path) => fs.symlinkSync(path, path), 'symlink_loop'],
      ['a pipe', (path) => void execFileSync('mkfifo', [path]), 'not_a_file'],
      ['a device', (path) => fs.symlinkSync('/dev/zero', path), 'not_a_file'],
    ];
    it.skipIf(isWindows).each(oddities)(
      'is reported when it is %s, and read when it is a file again',
      async (_, make, reason) => {
        const follow = begin();
        make(follow.file);
        const { records, skipped, status } = await follow.read();
        expect([records, skipped, status]).toEqual([[], [{ file: follow.file, offset: 0, reason }], 'unreadable']);
        replace(follow.file, lines(1));
        await follow.read();
        expect(follow.outputs).toEqual([101]);
      },
    );

    it.skipIf(isRoot || isWindows)(
      `is reported when it may not be read${isRoot ? ' (root may read all)' : ''}`,
      async () => {
        const follow = begin();
        fs.writeFileSync(follow.file, lines(1), { mode: 0o000 });
        expect((await follow.read()).status).toBe('unreadable');
        expect(follow.reasons).toEqual(['0 unreadable']);
        fs.chmodSync(follow.file, 0o600);
        await follow.read();
        expect(follow.outputs).toEqual([101]);
      },
    );

    it.skipIf(isWindows)('is read through a symbolic link', async () => {
      const follow = begin();
      fs.writeFileSync(`${follow.file}.real`, lines(1));
      fs.symlinkSync(`${follow.file}.real`, follow.file);
      await follow.read();
      expect(follow.outputs).toEqual([101]);
    });
  });

  describe(`${name}: lines that are none`, () => {
    const bad: [string, string | Buffer][] = [
      ['not JSON', 'Segmentation fault'],
      ['JSON that is no object', '[1, 2]'],
      ['half a line', harness.line(8).slice(0, -9)],
      ['the other half of a line', harness.line(8).slice(9)],
      ['two halves in one', harness.line(8).slice(0, -9) + harness.line(9)],
      ['NUL bytes', Buffer.alloc(300)],
      ['NUL bytes before a line', Buffer.concat([Buffer.alloc(30), Buffer.from(harness.line(9))])],
      ['NUL bytes within a line', harness.line(9).replace(':', '\0:')],
      ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x80, 0xc3])],
    ];
    it.each(bad)('skips and reports %s', async (_, line) => {
      const follow = begin();
      fs.writeFileSync(
        follow.file,
        Buffer.concat([lines(1), line, '\n', lines(2)].map((part) => Buffer.from(part as string))),
      );
      await follow.read();
      expect([follow.outputs, follow.reasons]).toEqual([[101, 102], [`${Buffer.byteLength(lines(1))} malformed`]]);
    });

    it('reports a file full of them in batches', async () => {
      const follow = begin({ chunkBytes: 4096 });
      fs.writeFileSync(follow.file, 'x\n'.repeat(50_000) + lines(1));
      expect((await follow.read()).skipped.length).toBeLessThan(20_000);
      await follow.readAll();
      expect([follow.outputs, follow.skipped.length]).toEqual([[101], 50_000]);
    });

    it('passes over empty lines, carriage returns and a byte order mark', async () => {
      const follow = begin();
      fs.writeFileSync(follow.file, `\ufeff${harness.line(1)}\r\n\r\n\n  \t\n ${harness.line(2)} \n`);
      await follow.read();
      expect([follow.outputs, follow.skipped]).toEqual([[101, 102], []]);
    });

    it('reads a line with bytes that are no UTF-8 in its text', async () => {
      const follow = begin();
      const [before, after] = harness.line(1, '@@').split('@@');
      fs.writeFileSync(
        follow.file,
        Buffer.concat([Buffer.from(before!), Buffer.from([0xff, 0xc3]), Buffer.from(`${after}\n`)]),
      );
      await follow.read();
      expect([follow.outputs, follow.skipped]).toEqual([[101], []]);
    });
  });

  describe(`${name}: a line that is too long`, () => {
    const limits = { chunkBytes: 256, maxLineBytes: 4096, batchBytes: 1 << 20 };
    const long = () => harness.line(9, 'x'.repeat(5000));

    it('is skipped and reported, and what follows is read', async () => {
      const follow = begin(limits);
      fs.writeFileSync(follow.file, `${lines(1)}${long()}\n${lines(2)}`);
      await follow.readAll();
      expect([follow.outputs, follow.reasons]).toEqual([[101, 102], [`${Buffer.byteLength(lines(1))} line_too_long`]]);
    });

    it('is reported once when it comes in pieces', async () => {
      const follow = begin(limits);
      fs.writeFileSync(follow.file, lines(1));
      for (let i = 0; i < long().length; i += 1000) {
        fs.appendFileSync(follow.file, long().slice(i, i + 1000));
        await follow.readAll();
      }
      fs.appendFileSync(follow.file, `\n${lines(2)}`);
      await follow.readAll();
      expect([follow.outputs, follow.reasons]).toEqual([[101, 102], [`${Buffer.byteLength(lines(1))} line_too_long`]]);
    });

    it('is read up to the limit', async () => {
      const size = Buffer.byteLength(long());
      for (const [maxLineBytes, expected] of [
        [size, [109]],
        [size - 1, []],
      ] as const) {
        const follow = begin({ ...limits, maxLineBytes });
        fs.writeFileSync(follow.file, long().slice(0, -1));
        await follow.readAll();
        fs.appendFileSync(follow.file, long().slice(-1));
        await follow.readAll();
        fs.appendFileSync(follow.file, '\n');
        await follow.readAll();
        expect(follow.outputs).toEqual(expected);
      }
    });

    it('does not fill the memory when it is a gigabyte', async () => {
      const follow = begin();
      fs.writeFileSync(follow.file, lines(1));
      const size = 1 << 30;
      fs.truncateSync(follow.file, size);
      fs.appendFileSync(follow.file, `\n${lines(2)}`);
      const before = process.memoryUsage().rss;
      let most = 0;
      do most = Math.max(most, process.memoryUsage().rss - before);
      while ((await follow.read()).status === 'more');
      expect([follow.outputs, follow.reasons]).toEqual([[101, 102], [`${Buffer.byteLength(lines(1))} line_too_long`]]);
      expect(most).toBeLessThan(128 << 20);
    });
  });
}
