/** What may lie in agents' folders that is no usage, or is broken: nothing stops, nothing counts twice, and all of it is told. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SkippedUsage } from '../../src/contract/usage.ts';
import { assistant } from '../../src/readers/claude/transcript.suite.ts';
import { databaseOf, newFolder } from '../faults/data-folder.ts';
import { findingsIn } from '../faults/journal-audit.ts';
import { envOf, newHome, offlineReportOf, reportOf, startedOn, whenThereIs } from './history.ts';

const gigabyte = 2 ** 30;

const usage = { input_tokens: 1, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

/** A response with 10 tokens of output. */
const line = (n: number, over: Parameters<typeof assistant>[0] = {}): string =>
  `${JSON.stringify(assistant({ id: `m${n}`, requestId: `r${n}`, usage, ...over }))}\n`;
const at = (timestamp: string) => ({ line: { timestamp } });
const using = (over: Record<string, unknown>) => ({ usage: { ...usage, ...over } });

const invalid = (text: string): Buffer =>
  Buffer.concat(
    text.split('?').flatMap((part, i) => (i === 0 ? [Buffer.from(part)] : [Buffer.of(0xff, 0xc3), Buffer.from(part)])),
  );

/** Each file, what is counted of it, and what is told of the rest. */
const files: Record<string, { content: string | Buffer; counted: number; skipped: Record<string, number> }> = {
  'torn.jsonl': { content: line(1) + line(2).slice(0, 150), counted: 1, skipped: {} },
  'torn-within.jsonl': { content: `${line(3).slice(0, 99)}\n${line(4)}`, counted: 1, skipped: { malformed: 1 } },
  'not-utf8.jsonl': {
    content: invalid(line(5, { text: 'a ? b' }) + '?\n' + line(6)),
    counted: 2,
    skipped: { malformed: 1 },
  },
  'nul.jsonl': { content: `${line(7)}\0\0\0\0${line(8)}\0\n${line(9)}`, counted: 2, skipped: { malformed: 2 } },
  'binary.jsonl': {
    content: Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 31) % 256)),
    counted: 0,
    skipped: { malformed: 16 },
  },
  'empty.jsonl': { content: '', counted: 0, skipped: {} },
  'counts.jsonl': {
    content: [
      line(10, using({ output_tokens: -5 })),
      line(11, using({ output_tokens: 1e15 })),
      line(12, using({ input_tokens: 1.5 })),
      line(13, using({ cache_read_input_tokens: '12' })),
      line(14, { usage: null }),
      line(15),
    ].join(''),
    counted: 1,
    skipped: { bad_count: 4, no_usage: 1 },
  },
  'times.jsonl': {
    content: [
      line(16, at('2031-01-01T00:00:00.000Z')),
      line(17, at('9999-12-31T23:59:59.999Z')),
      line(18, at('0001-01-01T00:00:00.000Z')),
      line(19, at('1969-12-31T23:59:59.999Z')),
      line(20, at('yesterday')),
      line(21, at('2026-02-30T25:61:00.000Z')),
    ].join(''),
    counted: 2,
    skipped: { bad_time: 4 },
  },
  'keyless.jsonl': {
    content: line(22, { id: null, requestId: null, line: { uuid: null } }) + line(23),
    counted: 1,
    skipped: { no_key: 1 },
  },
  'shapes.jsonl': { content: `[]\nnull\n"usage"\n7\n\n  \n{}\n${line(24)}`, counted: 1, skipped: { malformed: 4 } },
  'huge.jsonl': { content: line(25), counted: 2, skipped: { line_too_long: 1 } },
  'notes.txt': { content: line(30), counted: 0, skipped: {} },
  'old.jsonl.bak': { content: line(31), counted: 0, skipped: {} },
  'sessions-index.json': { content: '{"usage": 1}', counted: 0, skipped: {} },
  'tool-results/out.jsonl': { content: line(32), counted: 0, skipped: {} },
};

const fill = (home: string): string => {
  const project = join(home, '.claude', 'projects', '-w');
  const path = (name: string) => join(project, name);
  for (const [name, { content }] of Object.entries(files)) {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
  }
  // A gigabyte without a newline that takes no room on the disk.
  truncateSync(path('huge.jsonl'), line(25).length + gigabyte);
  appendFileSync(path('huge.jsonl'), `\n${line(26)}`);
  copyFileSync(path('nul.jsonl'), path('copied.jsonl'));
  symlinkSync(path('nul.jsonl'), path('linked.jsonl'));
  symlinkSync(path('loop.jsonl'), path('loop.jsonl'));
  symlinkSync(project, path('up'));
  symlinkSync(path('nowhere'), path('dangling.jsonl'));
  mkdirSync(path('folder.jsonl'));
  execFileSync('mkfifo', [path('pipe.jsonl')]);
  const loop = join(home, '.claude', 'projects', '-loop');
  symlinkSync(loop, loop);
  return project;
};

const others = {
  'copied.jsonl': { malformed: 2 },
  'linked.jsonl': { malformed: 2 },
  'loop.jsonl': { symlink_loop: 1 },
  'folder.jsonl': { not_a_file: 1 },
  'pipe.jsonl': { not_a_file: 1 },
  '-loop': { symlink_loop: 1 },
};

const told = (skipped: readonly SkippedUsage[]): Record<string, Record<string, number>> => {
  const byFile = Map.groupBy(skipped, ({ file }) => basename(file));
  return Object.fromEntries(
    [...byFile].map(([file, some]) => [file, Object.fromEntries(some.map(({ reason, count }) => [reason, count]))]),
  );
};

const broken = Object.entries(files).filter(([, { skipped }]) => Object.keys(skipped).length > 0);
const expectedSkips = { ...Object.fromEntries(broken.map(([name, { skipped }]) => [name, skipped])), ...others };
const expectedCount = Object.values(files).reduce((sum, { counted }) => sum + counted, 0);

describe('what is wrong in agents’ folders', () => {
  it(
    'is told, with a server and without, and keeps nothing else from being counted',
    { timeout: 120_000 },
    async () => {
      const home = newHome();
      const project = fill(home);
      const folder = newFolder();
      const server = await startedOn(folder, envOf(home));
      const report = await reportOf(server.client(), 'models');
      expect(told(report.skipped)).toEqual(expectedSkips);
      expect(report.totals).toMatchObject({ responses: expectedCount, output: 10 * expectedCount });
      for (const kind of ['daily', 'sessions'] as const) {
        const [here, there] = [await offlineReportOf(envOf(home), kind), await reportOf(server.client(), kind)];
        expect(told(here.skipped)).toEqual(expectedSkips);
        expect({ ...here, skipped: [] }).toEqual({ ...there, skipped: [] });
      }

      appendFileSync(join(project, 'torn.jsonl'), line(2).slice(150));
      await whenThereIs(server.client(), expectedCount + 1);
      writeFileSync(join(project, 'last.jsonl'), line(42));
      await whenThereIs(server.client(), expectedCount + 2);
      expect(await server.terminate()).toEqual({ code: 0, signal: null });
      expect(findingsIn(databaseOf(folder)).filter(({ kind }) => kind !== 'event_in_future')).toEqual([]);
    },
  );
});
