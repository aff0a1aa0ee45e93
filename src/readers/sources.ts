import type { ReadingLimits } from './batch.ts';
import { claudeReader } from './claude/reader.ts';
import { codexReader } from './codex/reader.ts';
import { copilotReader } from './copilot/reader.ts';
import { geminiReader } from './gemini/reader.ts';
import { piReader } from './pi/reader.ts';
import { opencodeReader } from './opencode/reader.ts';
import type { Reader } from './reader.ts';

type MakeReader = (limits: Partial<ReadingLimits>) => Reader;

/** All sources that are read, by name: for usage alone, and with all that is told of sessions. */
export const sources: Readonly<Record<string, { usage: MakeReader; whole: MakeReader }>> = {
  claude: { usage: (limits) => claudeReader(limits), whole: (limits) => claudeReader(limits, 'sessions') },
  codex: { usage: codexReader, whole: codexReader },
  copilot: { usage: copilotReader, whole: copilotReader },
  gemini: { usage: geminiReader, whole: geminiReader },
  opencode: { usage: opencodeReader, whole: opencodeReader },
  pi: { usage: piReader, whole: piReader },
};

/** Names of all sources. */
export const sourceNames: readonly string[] = Object.keys(sources);
