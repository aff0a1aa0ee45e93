/**
 * Whose lines a rollout holds. A file is one thread: a session of its own, a fork of another, or a subagent's. Forks
 * and subagents first replay what their parent's file holds, counters included, mostly stamped anew with the time of
 * the fork. The replay belongs to the parent: here it only is the baseline of the counters.
 *
 * Where the replay ends is nowhere said (`subagent_history_start_ordinal` says so for some files, and in those that a
 * migration rewrote it stands past all lines). It ends with the first turn that began after the thread did: both have
 * ids that hold their time (UUIDv7). Where they do not, by time: a replay is written in one go, and no model answers
 * that fast.
 */
import { type Fields, fieldsOf, textOf, timeOf } from '../fields.ts';
import { type Counters, noCounters } from './counters.ts';

/** A type and no interface, so that it counts as JSON. */
export type Thread = {
  /** Null until its header was met. */
  id: string | null;
  /** The session that it belongs to, where that is another thread's. */
  parent: string | null;
  isSidechain: boolean;
  forkedFrom: string | null;
  /** Unix ms at which the thread came to be; 0 while unknown. */
  bornAt: number;
  isReplaying: boolean;
  /** Unix ms at which the current turn began, where its id tells. */
  turnAt: number | null;
  /** The latest time met, and not before `bornAt`. */
  lastAt: number;
  cwd: string | null;
  branch: string | null;
  provider: string | null;
  model: string | null;
  tier: string | null;
  hasTitle: boolean;
  counters: Counters;
};

export const newThread: Thread = {
  id: null,
  parent: null,
  isSidechain: false,
  forkedFrom: null,
  bornAt: 0,
  isReplaying: false,
  turnAt: null,
  lastAt: 0,
  cwd: null,
  branch: null,
  provider: null,
  model: null,
  tier: null,
  hasTitle: false,
  counters: noCounters,
};

/** The thread after a header: its own, once more where the session was resumed, or one that a replay brings along. */
export function withHeader(thread: Thread, header: Fields, at: number | undefined): Thread {
  const id = textOf(header['id']) ?? textOf(header['session_id']);
  if (thread.id === null) return begun(thread, header, id ?? null, at);
  if (id === thread.id) return { ...thread, ...surroundingsOf(thread, header) };
  if (id === undefined) return thread;
  const isFirst = thread.counters.total === null && thread.counters.recorded === null;
  if (thread.isReplaying || thread.parent !== null || thread.forkedFrom !== null || !isFirst) return thread;
  // Forks of early versions do not say so in their own header.
  return { ...thread, isReplaying: true, forkedFrom: id };
}

function begun(thread: Thread, header: Fields, id: string | null, at: number | undefined): Thread {
  const subagent = subagentOf(header);
  const forkedFrom = textOf(header['forked_from_id']) ?? null;
  const parent = subagent === undefined ? null : (sessionOf(header, id) ?? parentOf(header, subagent) ?? forkedFrom);
  const startedAt = timeOf(header['timestamp']) ?? at ?? 0;
  const bornAt = timeIn(id) ?? startedAt;
  return {
    ...thread,
    id,
    parent,
    isSidechain: subagent !== undefined,
    forkedFrom: subagent === undefined ? forkedFrom : null,
    bornAt,
    isReplaying: subagent !== undefined || forkedFrom !== null,
    lastAt: Math.max(bornAt, at ?? 0),
    ...surroundingsOf(thread, header),
  };
}

/** What a header says of a thread that works for another: subagents, reviews, approvals by a model. */
function subagentOf(header: Fields): unknown {
  const source = header['thread_source'];
  return (
    fieldsOf(header['source'])?.['subagent'] ?? (source === 'subagent' || source === 'guardian_review' || undefined)
  );
}

/** The session of a whole tree of subagents, in versions that name it; a header's own id there says nothing. */
function sessionOf(header: Fields, id: string | null): string | undefined {
  const session = textOf(header['session_id']);
  return session === id ? undefined : session;
}

function parentOf(header: Fields, subagent: unknown): string | undefined {
  const spawn = fieldsOf(fieldsOf(subagent)?.['thread_spawn']);
  return textOf(spawn?.['parent_thread_id']) ?? textOf(header['parent_thread_id']);
}

function surroundingsOf({ cwd, branch, provider }: Thread, header: Fields) {
  return {
    cwd: textOf(header['cwd']) ?? cwd,
    branch: textOf(fieldsOf(header['git'])?.['branch']) ?? branch,
    provider: textOf(header['model_provider']) ?? provider,
  };
}

/** The thread after a line that names the turn it belongs to. */
export function inTurn(thread: Thread, turnId: unknown): Thread {
  const id = textOf(turnId);
  return id === undefined ? thread : { ...thread, turnAt: timeIn(id) ?? null };
}

/** Longer than a replay ever waits between two lines, shorter than a model takes to answer. */
const quietMs = 1000;
/**
 * Where the turn's id says that it is the parent's: more than any disk takes, in case a subagent works under that id.
 */
const longQuietMs = 10_000;

/** The thread at a line of this time: its replay is over as soon as one line shows it. */
export function atLine(thread: Thread, at: number | undefined): Thread {
  const lastAt = Math.max(thread.lastAt, at ?? 0);
  if (!thread.isReplaying) return lastAt === thread.lastAt ? thread : { ...thread, lastAt };
  return { ...thread, lastAt, isReplaying: isReplayed(thread, at) };
}

function isReplayed({ turnAt, bornAt, lastAt }: Thread, at: number | undefined): boolean {
  if (turnAt !== null && turnAt >= bornAt) return false;
  if (at === undefined || at < bornAt) return true;
  return at - lastAt <= (turnAt === null ? quietMs : longQuietMs);
}

const uuidV7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Unix ms in a UUIDv7. */
function timeIn(id: string | null): number | undefined {
  const parts = uuidV7.exec(id ?? '');
  return parts === null ? undefined : Number.parseInt(`${parts[1]}${parts[2]}`, 16);
}
