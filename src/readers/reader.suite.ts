/**
 * What every reader of files that grow by lines has to do, whatever the lines say. Run it with `describeReader`; real files in
 * real folders, no clock.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadingLimits } from './batch.ts';
import { describeDamage } from './damage.suite.ts';
import { Following, outputs, type ReaderHarness, replace, tempFolder } from './following.suite.ts';
import { Responses } from './responses.ts';

export function describeReader(name: string, harness: ReaderHarness): void {
  const begin = (limits?: Partial<ReadingLimits>) =>
    new Following(harness.make(limits), join(tempFolder(), harness.fileName));
  const lines = (...numbers: number[]) => numbers.map((n) => `${harness.line(n)}\n`).join('');

  describe(`${name}: a file that grows`, () => {
    it('gives each response with its place in the file', async () => {
      const follow = begin();
      fs.writeFileSync(follow.file, lines(1, 2));
      const { records, status, restarted } = await follow.read();
      expect(records.map(({ file, offset }) => [file, offset])).toEqual([
        [follow.file, 0],
        [follow.file, Buffer.byteLength(lines(1))],
      ]);
      expect([follow.outputs, status, restarted]).toEqual([[101, 102], 'end', false]);
    });

    it('gives only what was appended', async () => {
      const follow = begin();
      fs.writeFileSync(follow.file, lines(1, 2));
      await follow.read();
      fs.appendFileSync(follow.file, lines(3));
      expect(outputs((await follow.read()).records)).toEqual([103]);
    });

    it('gives nothing when nothing was appended', async () => {
      const follow = begin();
      fs.writeFileSync(follow.file, lines(1));
      await follow.read();
      const { records, skipped, status, restarted } = await follow.read();
      expect([records, skipped, status, restarted]).toEqual([[], [], 'end', false]);
      fs.utimesSync(follow.file, 1, 1);
      expect((await follow.read()).records).toEqual([]);
    });

    it('reads an empty file, and what comes into it', async () => {
      const follow = begin();
      fs.writeFileSync(follow.file, '');
      expect((await follow.read()).status).toBe('end');
      fs.appendFileSync(follow.file, lines(1));
      expect((await follow.read()).restarted).toBe(false);
      expect(follow.outputs).toEqual([101]);
    });

    it('stops when a batch is full and goes on from there', async () => {
      const follow = begin({ chunkBytes: 64, batchBytes: Buffer.byteLength(lines(1)) });
      fs.writeFileSync(follow.file, lines(1, 2, 3, 4));
      await follow.readAll();
      expect(follow.outputs).toEqual([101, 102, 103, 104]);
      expect(follow.records.length).toBe(4);
      expect(follow.statuses.slice(0, 3)).toEqual(['more', 'more', 'more']);
    });

    it('reads several files at the same time', async () => {
      const folder = tempFolder();
      const reader = harness.make({ chunkBytes: Math.round(lines(1).length * 1.5) });
      const files = Array.from(
        { length: 12 },
        (_, i) => new Following(reader, join(folder, `${i}-${harness.fileName}`)),
      );
      for (const [i, { file }] of files.entries()) fs.writeFileSync(file, lines(i, i + 20, i + 40));
      await Promise.all(files.map((file) => file.readAll()));
      expect(files.map((file) => file.outputs)).toEqual(files.map((_, i) => [100 + i, 120 + i, 140 + i]));
    });

    it('leaves the event loop to others between chunks', async () => {
      const follow = begin({ chunkBytes: 4096, batchBytes: 1 << 30 });
      fs.writeFileSync(follow.file, lines(...Array(200).keys()));
      let turns = 0;
      let isReading = true;
      const turn = () => void (isReading && (turns++, setImmediate(turn)));
      setImmediate(turn);
      await follow.readAll();
      isReading = false;
      expect(turns).toBeGreaterThan(fs.statSync(follow.file).size / 4096 / 2);
    });
  });

  describe(`${name}: a torn last line`, () => {
    it('is read when it is whole, once', async () => {
      const follow = begin();
      const torn = Buffer.from(lines(2));
      fs.writeFileSync(follow.file, lines(1));
      for (const part of [torn.subarray(0, 9), torn.subarray(9, -20), torn.subarray(-20, -1)]) {
        await follow.read();
        fs.appendFileSync(follow.file, part);
      }
      expect(follow.outputs).toEqual([101]);
      fs.appendFileSync(follow.file, '\n');
      await follow.read();
      expect([follow.outputs, follow.records.length, follow.skipped]).toEqual([[101, 102], 2, []]);
    });

    it('may be torn inside a character', async () => {
      const follow = begin();
      const line = Buffer.from(`${harness.line(1, 'naïve 日本語')}\n`);
      const inside = line.indexOf(Buffer.from('日')) + 1;
      fs.writeFileSync(follow.file, line.subarray(0, inside));
      await follow.read();
      fs.appendFileSync(follow.file, line.subarray(inside));
      await follow.read();
      expect([follow.outputs, follow.skipped]).toEqual([[101], []]);
    });

    it('counts without its newline when it is whole', async () => {
      const follow = begin();
      fs.writeFileSync(follow.file, lines(1) + harness.line(2));
      await follow.read();
      expect(follow.outputs).toEqual([101, 102]);
      fs.appendFileSync(follow.file, `\n${lines(3)}`);
      await follow.read();
      expect([follow.outputs, follow.skipped]).toEqual([[101, 102, 103], []]);
    });
  });

  describe(`${name}: a file that changes`, () => {
    const rewriteOfSameSize = (file: string) => {
      fs.writeFileSync(file, lines(4, 5, 6));
      fs.utimesSync(file, 1, 1);
    };
    const changes: [string, (file: string) => void, number[]][] = [
      ['truncated', (file) => fs.writeFileSync(file, lines(4)), [104]],
      ['truncated to nothing', (file) => fs.truncateSync(file, 0), []],
      [
        'truncated and grown past the place reached',
        (file) => fs.writeFileSync(file, lines(4, 5, 6, 7)),
        [104, 105, 106, 107],
      ],
      ['rewritten with the same beginning', (file) => fs.writeFileSync(file, lines(1, 4, 5, 6)), [101, 104, 105, 106]],
      ['cut at a line and grown again', (file) => fs.writeFileSync(file, lines(1, 2, 4, 5)), [101, 102, 104, 105]],
      ['rewritten with as many bytes', rewriteOfSameSize, [104, 105, 106]],
      ['replaced by a longer file', (file) => replace(file, lines(1, 2, 3, 4)), [101, 102, 103, 104]],
      ['replaced by a shorter file', (file) => replace(file, lines(4)), [104]],
      ['replaced by a file of the same size', (file) => replace(file, lines(4, 5, 6)), [104, 105, 106]],
    ];
    it.each(changes)('is read again from its beginning when %s', async (_, change, expected) => {
      const follow = begin();
      fs.writeFileSync(follow.file, lines(1, 2, 3));
      await follow.read();
      change(follow.file);
      const { records, restarted } = await follow.read();
      expect([outputs(records), restarted]).toEqual([expected, true]);
      expect((await follow.read()).records).toEqual([]);
    });

    it('is read again when only its beginning was rewritten', async () => {
      const follow = begin();
      const long = `${harness.line(2, 'x'.repeat(3000))}\n`;
      fs.writeFileSync(follow.file, lines(1) + long);
      await follow.read();
      fs.writeFileSync(follow.file, lines(4) + long + lines(5));
      expect(outputs((await follow.read()).records)).toEqual([102, 104, 105]);
    });

    it('goes on when only a torn line was cut off', async () => {
      const follow = begin();
      fs.writeFileSync(follow.file, lines(1) + harness.line(2).slice(0, -5));
      await follow.read();
      fs.writeFileSync(follow.file, lines(1, 3));
      const { records, restarted } = await follow.read();
      expect([outputs(records), restarted]).toEqual([[103], false]);
    });

    it.each([
      ['another kind', { position: 7 }],
      ['a broken place', { inode: 1, offset: -1, inLongLine: false, print: 0, seenBytes: 0, seenAtMs: 0 }],
      ['no object', 'x'],
    ])('is read from its beginning with a cursor of %s', async (_, cursor) => {
      const follow = begin();
      fs.writeFileSync(follow.file, lines(1));
      follow.cursor = cursor;
      expect((await follow.read()).restarted).toBe(true);
      expect(follow.outputs).toEqual([101]);
    });
  });

  describe(`${name}: read in pieces`, () => {
    const line = fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.nat(30), fc.string({ unit: 'binary', maxLength: 40 }))
          .map(([n, text]) => harness.line(n, text)),
      },
      fc.constantFrom(
        '',
        ' ',
        '\r',
        '{}',
        '{',
        '}',
        '[]',
        'text',
        '\0\0',
        '{"usage":1}',
        harness.line(5).slice(0, 40),
        harness.line(6, 'y'.repeat(3000)),
      ),
    );
    const content = fc
      .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
      .map(([all, ended]) => Buffer.from(all.join('\n') + (ended ? '\n' : '')));
    const cutting = content.chain((bytes) =>
      fc.record({ bytes: fc.constant(bytes), cuts: fc.array(fc.nat(bytes.length), { maxLength: 8 }) }),
    );
    const limits = fc.record({
      chunkBytes: fc.integer({ min: 1, max: 600 }),
      maxLineBytes: fc.constantFrom(2500, 1 << 20),
      batchBytes: fc.integer({ min: 1, max: 5000 }),
    });

    it('gives what it gives when read at once', async () => {
      const whole = begin({ maxLineBytes: 2500 });
      const pieces = `${whole.file}.pieces`;
      await fc.assert(
        fc.asyncProperty(cutting, limits, async ({ bytes, cuts }, sizes) => {
          const atOnce = new Following(harness.make({ maxLineBytes: sizes.maxLineBytes }), whole.file);
          const piecewise = new Following(harness.make(sizes), pieces);
          fs.writeFileSync(whole.file, bytes);
          fs.writeFileSync(pieces, '');
          const bounds = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
          for (const [i, bound] of bounds.slice(1).entries()) {
            fs.appendFileSync(pieces, bytes.subarray(bounds[i], bound));
            await piecewise.readAll();
          }
          await atOnce.readAll();
          expect(merged(piecewise)).toEqual(merged(atOnce));
          expect(piecewise.reasons).toEqual(atOnce.reasons);
        }),
        { numRuns: 200 },
      );
    });
  });

  describeDamage(name, harness);
}

/** What was read, less what the two files necessarily differ in. */
function merged(follow: Following): unknown[] {
  const records = [...new Responses().addAll(follow.records)];
  return records.map(({ file: _file, fileBornAt: _born, ...record }) => record).toSorted((a, b) => a.offset - b.offset);
}
