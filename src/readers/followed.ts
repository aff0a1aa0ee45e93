import type { ReadingLimits } from './batch.ts';
import type { Followed } from './follower.ts';
import type { Reader, UsageRecord, Utterance } from './reader.ts';
import { Responses } from './responses.ts';
import { sources } from './sources.ts';

/** What of a source is followed. */
export type Wants = 'usage' | 'texts';
export interface Items {
  usage: UsageRecord;
  texts: Utterance;
}

export const followed = <W extends Wants>(
  wants: W,
  source: string,
  limits: Partial<ReadingLimits>,
): Followed<Items[W]> => {
  const reader = sources[source]!.whole(limits);
  // Which of the two it is stands in `wants`; the compiler cannot follow that.
  return (wants === 'usage' ? usageOf(reader) : textsOf(reader)) as unknown as Followed<Items[W]>;
};

const placesOf = (reader: Reader): Pick<Followed<never>, 'source' | 'roots' | 'allFiles'> => ({
  source: reader.source,
  roots: (surroundings) => reader.roots(surroundings),
  allFiles: (surroundings) => reader.allFiles(surroundings),
});

const usageOf = (reader: Reader): Followed<UsageRecord> => ({
  ...placesOf(reader),
  readFrom: async (file, cursor) => {
    const { records, ...rest } = await reader.readFrom(file, cursor);
    return { ...rest, items: merged(records) };
  },
});

const textsOf = (reader: Reader): Followed<Utterance> => ({
  ...placesOf(reader),
  readFrom: async (file, cursor) => {
    const texts = await reader.textsFrom?.(file, cursor);
    if (texts === undefined) return { items: [], skipped: [], cursor: null, status: 'end', restarted: false };
    const { utterances, ...rest } = texts;
    return { ...rest, items: utterances };
  },
});

/** Copies of a response in one session are one already here; which session had it first is not for a reader to say. */
const merged = (records: readonly UsageRecord[]): UsageRecord[] => {
  const bySession = Map.groupBy(records, ({ sessionId, agentId = '' }) => `${sessionId}\0${agentId}`);
  return [...bySession.values()].flatMap((some) => [...new Responses().addAll(some)]);
};
