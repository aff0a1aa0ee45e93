import type { ReadingLimits } from './batch.ts';
import { claudeReader } from './claude/reader.ts';
import { codexReader } from './codex/reader.ts';
import type { Reader } from './reader.ts';

/** All sources that are read, by name. */
export const sources: Readonly<Record<string, (limits: Partial<ReadingLimits>) => Reader>> = {
  claude: (limits) => claudeReader(limits, 'sessions'),
  codex: (limits) => codexReader(limits),
};

/** Names of all sources. */
export const sourceNames = Object.keys(sources);
