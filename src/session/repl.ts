import type { ReplRecorded } from '../contract/event.ts';
import { imageOf } from '../contract/repl.ts';
import type { ReplEntry, ReplSpec } from '../contract/repl.ts';

/** What is known of a REPL session beside what every session has. */
export interface ReplFacts extends ReplSpec {
  /** Of the next entry in its own journal. */
  nextSeq: number;
  checkpoints: number;
  /** Commands that ended. */
  commands: number;
  /** How long they took together, ms. */
  tookMs: number;
  /** Bytes of the engine's memory at its largest. */
  peakMemory: number;
  /** Bytes of its journal and its images. */
  size: number;
  /** The next image's number. */
  nextImage: number;
  /** The image of what the session is now; the first one is of nothing that has run. */
  image: number;
  /** While a command is under way: the image of what was before it, and since which entry. */
  open?: { seq: number; image: number };
}

export const replAtStart = (spec: ReplSpec): ReplFacts => ({
  ...spec,
  nextSeq: 0,
  checkpoints: 0,
  commands: 0,
  tookMs: 0,
  peakMemory: 0,
  size: 0,
  nextImage: 1,
  image: 0,
});

export const replAfter = (
  before: ReplFacts,
  { entries, images, imageBytes, tookMs, memory }: ReplRecorded,
): ReplFacts => {
  const after = { ...before };
  after.nextImage += images;
  after.size += imageBytes;
  after.tookMs += tookMs ?? 0;
  after.peakMemory = Math.max(after.peakMemory, memory ?? 0);
  for (const entry of entries) take(after, entry);
  return after;
};

const take = (facts: ReplFacts, entry: ReplEntry): void => {
  facts.nextSeq = entry.seq + 1;
  facts.size += sizeOf(entry);
  switch (entry.type) {
    case 'input':
      facts.open = { seq: entry.seq, image: facts.image };
      break;
    case 'output':
    case 'error':
      // What it printed comes before its error.
      if (facts.open !== undefined) facts.commands += 1;
      delete facts.open;
      break;
    case 'checkpoint':
      facts.image = imageOf(entry.stateId);
      facts.checkpoints += 1;
      // It begins in the middle of a command, where its original waited.
      if (entry.reason === 'fork') delete facts.open;
      break;
    case 'llm_req':
    case 'llm_resp':
  }
};

/** Bytes of its JSON, nearly: what is not ASCII counts for one. */
const sizeOf = (entry: ReplEntry): number => JSON.stringify(entry).length;
