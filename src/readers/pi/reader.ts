/** Reader of the sessions that pi leaves under its home folder. */
import type { ReadingLimits } from '../batch.ts';
import { type Fold, type Folded, readFolded } from '../folded-lines.ts';
import { LineFiles, usualLimits } from '../line-files.ts';
import type { Reader, Reading, Texts } from '../reader.ts';
import { allSessions, sessionRoots, sessionsOf } from './places.ts';
import { marks, newSession, type Session, SessionLines } from './session.ts';

export function piReader(limits: Partial<ReadingLimits> = {}): Reader {
  const files = new LineFiles({ ...usualLimits, ...limits });
  return {
    source: 'pi',
    roots: sessionRoots,
    filesOf: sessionsOf,
    allFiles: allSessions,
    readFrom: async (file, cursor) => readingOf(await readFolded(files, file, cursor, foldOf(file))),
    textsFrom: async (file, cursor) => textsOf(await readFolded(files, file, cursor, foldOf(file))),
  };
}

function foldOf(file: string): Fold<Session, SessionLines> {
  return { version: 'pi-1', anyOf: marks, initial: newSession, begin: () => new SessionLines(file) };
}

function readingOf({ read, gathered: { records, sightings, skipped } }: Folded<SessionLines>): Reading {
  return { ...read, records, ...(sightings.length > 0 && { sightings }), skipped };
}

function textsOf({ read, gathered: { utterances, skipped } }: Folded<SessionLines>): Texts {
  return { ...read, utterances, skipped };
}
