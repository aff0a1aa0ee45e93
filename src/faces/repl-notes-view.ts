import type { KeptAnnotation, KeptSnapshot, ReplFork, ReplMatch } from '../journal/repl-reads.ts';

/** Annotations, snapshots and the timeline of a REPL session in the words of the contract. */

export const toAnnotation = (checkpointSeq: number, { label, description, tags, created }: KeptAnnotation) => ({
  checkpointSeq,
  label,
  description,
  tags,
  created: isoOf(created),
});

/** `sessionName`: of the session that it is of. */
export const toSnapshot = ({ id, seq, description, tags, created }: KeptSnapshot, sessionName = '') => ({
  id,
  sessionName,
  created: isoOf(created),
  description,
  tags,
  seq,
});

export const toFork = ({ created, ...fork }: ReplFork) => ({ ...fork, created: isoOf(created) });

export const toMatch = ({ timestamp, ...match }: ReplMatch) => ({ ...match, timestamp: isoOf(timestamp) });

const isoOf = (time: number): string => new Date(time).toISOString();
