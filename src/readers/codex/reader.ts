/** Reader of the rollouts that Codex CLI leaves under its home folder. */
import type { ReadingLimits } from '../batch.ts';
import { type Fold, type Folded, readFolded } from '../folded-lines.ts';
import { LineFiles, usualLimits } from '../line-files.ts';
import type { Cursor, Reader, Reading, Texts } from '../reader.ts';
import { readWhole } from '../whole-files.ts';
import { type ArchiveLimits, unpackLines } from './archive.ts';
import { allRollouts, isArchive, sessionRoots, threadNamedBy } from './places.ts';
import { Rollout, textMarks, usageMarks } from './rollout.ts';
import { newThread, type Thread } from './thread.ts';

export type CodexLimits = ReadingLimits & ArchiveLimits;

/** A rollout of a gigabyte is months of work in one session; an archive is read in one call. */
const usualUnpackedBytes = 1 << 30;

export function codexReader(limits: Partial<CodexLimits> = {}): Reader {
  const all = { ...usualLimits, maxUnpackedBytes: usualUnpackedBytes, ...limits };
  const files = new LineFiles(all);
  const fold = (file: string, cursor: Cursor | undefined, anyOf: readonly Buffer[]) =>
    isArchive(file)
      ? readArchive(file, cursor, foldOf(file, anyOf), all)
      : readFolded(files, file, cursor, foldOf(file, anyOf));
  return {
    source: 'codex',
    roots: sessionRoots,
    filesOf: (_directory, surroundings) => allRollouts(surroundings),
    allFiles: allRollouts,
    readFrom: async (file, cursor) => readingOf(await fold(file, cursor, usageMarks)),
    textsFrom: async (file, cursor) => textsOf(await fold(file, cursor, textMarks)),
  };
}

function foldOf(file: string, anyOf: readonly Buffer[]): Fold<Thread, Rollout> {
  return { version: 'codex-1', anyOf, initial: newThread, begin: () => new Rollout(file, threadNamedBy(file)) };
}

async function readArchive(
  path: string,
  cursor: Cursor | undefined,
  fold: Fold<Thread, Rollout>,
  limits: ArchiveLimits,
): Promise<Folded<Rollout>> {
  const gathered = fold.begin();
  let thread = fold.initial;
  const take = (line: unknown, offset: number, fileBornAt: number) =>
    void (thread = gathered.take(thread, line, { offset, fileBornAt }));
  const sink = { anyOf: fold.anyOf, take, skip: gathered.skip.bind(gathered) };
  const read = await readWhole(path, cursor, (file) => unpackLines(file, sink, limits), sink.skip);
  return { read, gathered };
}

function readingOf({ read, gathered: { records, sightings, limits, skipped } }: Folded<Rollout>): Reading {
  const others = { ...(sightings.length > 0 && { sightings }), ...(limits.length > 0 && { limits }) };
  return { ...read, records, ...others, skipped };
}

function textsOf({ read, gathered: { utterances, skipped } }: Folded<Rollout>): Texts {
  return { ...read, utterances, skipped };
}
