/**
 * Which copies are one response, and what that response is worth: pure rules for any consumer of readers.
 *
 * 1. Key. Two copies are one response when `source` and `key` are equal, and `request` too unless either has none.
 * 2. Value. The copy with most output wins, whole: its parts, model and time are never mixed with another's. One that was estimated
 *    wins only over those that know the output alone.
 * 3. Place. The response belongs to the session that held it earliest: by the copy's time, then the main conversation before a
 *    sidechain, then the older file, since a fork copies times as well.
 * 4. A response is exact as soon as one of its copies is.
 *
 * The order in which copies come does not matter; of two that are alike in all this, the one held stays.
 */
import type { Confidence, UsageParts, UsageRecord } from './reader.ts';

/** Rule 1. */
export function isSameResponse(a: UsageRecord, b: UsageRecord): boolean {
  if (a.source !== b.source || a.key !== b.key) return false;
  return a.request === undefined || b.request === undefined || a.request === b.request;
}

/** Rules 2 to 4 for two records of the same response, merged ones included. Without a `request` on either side the merged
 * record has none, so that it goes on matching whatever has its key. */
export function mergeCopies(held: UsageRecord, copy: UsageRecord): UsageRecord {
  const winner = outweighs(copy, held) ? copy : held;
  const owner = isEarlier(copy, held) ? copy : held;
  const isExact = held.confidence === 'exact' || copy.confidence === 'exact';
  const confidence = isExact ? 'exact' : winner.confidence;
  const isNarrowed = held.request === copy.request;
  if (winner === owner && winner.confidence === confidence && isNarrowed) return winner;
  return withPlace(winner, owner, confidence, isNarrowed);
}

/** What a new copy does to the records held so far. */
export interface Joined {
  merged: UsageRecord;
  /** Held records that `merged` takes the place of: none for a new response, several when a copy without `request` shows that
   * responses held apart are one. */
  replaced: readonly UsageRecord[];
}

/** Joins a copy with the records held under its source and key (others are left alone). */
export function joinCopy(held: readonly UsageRecord[], copy: UsageRecord): Joined {
  const replaced = held.filter((record) => isSameResponse(record, copy));
  return { merged: replaced.length === 0 ? copy : mergeCopies(replaced.reduce(mergeCopies), copy), replaced };
}

const none: readonly UsageRecord[] = [];

/** Responses in memory, each merged from all the copies that were added. */
export class Responses implements Iterable<UsageRecord> {
  /** By source, then by key. */
  readonly #held = new Map<string, Map<string, readonly UsageRecord[]>>();

  add(copy: UsageRecord): Joined {
    const ofSource = this.#ofSource(copy.source);
    const held = ofSource.get(copy.key);
    if (held === undefined) {
      ofSource.set(copy.key, [copy]);
      return { merged: copy, replaced: none };
    }
    const joined = joinCopy(held, copy);
    if (held.length === 1 && joined.merged === held[0]) return joined;
    const untouched =
      held.length === joined.replaced.length ? [] : held.filter((one) => !joined.replaced.includes(one));
    ofSource.set(copy.key, untouched.length === 0 ? [joined.merged] : [...untouched, joined.merged]);
    return joined;
  }

  #ofSource(source: string): Map<string, readonly UsageRecord[]> {
    let held = this.#held.get(source);
    if (held === undefined) this.#held.set(source, (held = new Map()));
    return held;
  }

  addAll(copies: Iterable<UsageRecord>): this {
    for (const copy of copies) this.add(copy);
    return this;
  }

  *[Symbol.iterator](): IterableIterator<UsageRecord> {
    for (const ofSource of this.#held.values()) for (const records of ofSource.values()) yield* records;
  }
}

function outweighs(a: UsageRecord, b: UsageRecord): boolean {
  const more =
    knowledgeIn(a) - knowledgeIn(b) ||
    a.parts.output - b.parts.output ||
    total(a.parts) - total(b.parts) ||
    b.at - a.at;
  return more > 0;
}

/** How much a copy knows: of the output alone, of all of it by an estimate, of what it tells. */
function knowledgeIn({ confidence, parts }: UsageRecord): number {
  if (confidence === 'incomplete' && total(parts) === parts.output) return 0;
  return confidence === 'estimated' ? 1 : 2;
}

function isEarlier(a: UsageRecord, b: UsageRecord): boolean {
  const later = a.beganAt - b.beganAt || Number(a.sidechain) - Number(b.sidechain) || a.fileBornAt - b.fileBornAt;
  return later < 0;
}

function total(parts: UsageParts): number {
  return parts.input + parts.output + parts.cacheRead + parts.cacheWrite5m + parts.cacheWrite1h;
}

/** The winner's value in the owner's place. Field by field, since most responses come to this. */
function withPlace(winner: UsageRecord, owner: UsageRecord, confidence: Confidence, isNarrowed: boolean): UsageRecord {
  const merged: UsageRecord = {
    source: winner.source,
    key: winner.key,
    sessionId: owner.sessionId,
    sidechain: owner.sidechain,
    model: winner.model,
    beganAt: owner.beganAt,
    at: winner.at,
    confidence,
    file: winner.file,
    offset: winner.offset,
    fileBornAt: owner.fileBornAt,
    parts: winner.parts,
  };
  if (isNarrowed && winner.request !== undefined) merged.request = winner.request;
  if (owner.agentId !== undefined) merged.agentId = owner.agentId;
  if (owner.cwd !== undefined) merged.cwd = owner.cwd;
  if (owner.gitBranch !== undefined) merged.gitBranch = owner.gitBranch;
  if (winner.billing !== undefined) merged.billing = winner.billing;
  if (winner.webSearches !== undefined) merged.webSearches = winner.webSearches;
  return merged;
}
