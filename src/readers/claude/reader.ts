/** Reader of the transcripts that Claude Code leaves under its configuration folder. */
import type { ReadingLimits } from '../batch.ts';
import { LineFiles, usualLimits } from '../line-files.ts';
import type { Cursor, Reader, Reading, Skipped, SkipReason, UsageRecord } from '../reader.ts';
import { copiesIn } from './line.ts';
import { filesOfDirectory, filesOfProjects, holderOf, projectRoots } from './places.ts';

/** Every line with usage holds it; a tool's input that does not count may hold it too. */
const anyOf = [Buffer.from('"usage"')];

export function claudeReader(limits: Partial<ReadingLimits> = {}): Reader {
  const files = new LineFiles({ ...usualLimits, ...limits });
  return {
    source: 'claude',
    roots: projectRoots,
    filesOf: filesOfDirectory,
    allFiles: (surroundings) => filesOfProjects(surroundings, () => true),
    readFrom: (file, cursor) => readFrom(files, file, cursor),
  };
}

async function readFrom(files: LineFiles, file: string, cursor?: Cursor): Promise<Reading> {
  const records: UsageRecord[] = [];
  const skipped: Skipped[] = [];
  const holder = holderOf(file);
  const skip = (offset: number, reason: SkipReason) => void skipped.push({ file, offset, reason });
  const take = (line: unknown, offset: number, fileBornAt: number) => {
    for (const copy of copiesIn(line, { ...holder, file, offset, fileBornAt })) {
      if (typeof copy === 'string') skip(offset, copy);
      else records.push(copy);
    }
  };
  return { ...(await files.readFrom(file, cursor, { anyOf, take, skip })), records, skipped };
}
