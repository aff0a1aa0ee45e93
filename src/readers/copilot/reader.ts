/** Reader of the sessions that Copilot CLI leaves under its home folder, and of the telemetry that it exports. */
import type { ReadingLimits } from '../batch.ts';
import { type Fold, type Folded, readFolded } from '../folded-lines.ts';
import { LineFiles, usualLimits } from '../line-files.ts';
import type { Cursor, Reader, Reading, Sighting, Skipped, SkipReason, Texts } from '../reader.ts';
import { readWhole, type WholeFile } from '../whole-files.ts';
import { sightingIn } from './history.ts';
import { allSessions, copilotRoots, isDocument } from './places.ts';
import { marks, newSession, type Session, SessionLines } from './session.ts';

export interface CopilotLimits extends ReadingLimits {
  /** Of a session that is one document: it is parsed at once. */
  maxDocumentBytes: number;
}

const usualDocumentBytes = 64 << 20;

export function copilotReader(limits: Partial<CopilotLimits> = {}): Reader {
  const all = { ...usualLimits, maxDocumentBytes: usualDocumentBytes, ...limits };
  const files = new LineFiles(all);
  const fold = (file: string, cursor: Cursor | undefined) => readFolded(files, file, cursor, foldOf(file));
  return {
    source: 'copilot',
    roots: copilotRoots,
    filesOf: (_directory, surroundings) => allSessions(surroundings),
    allFiles: allSessions,
    readFrom: async (file, cursor) =>
      isDocument(file) ? readDocument(file, cursor, all.maxDocumentBytes) : readingOf(await fold(file, cursor)),
    textsFrom: async (file, cursor) => (isDocument(file) ? noTexts(cursor) : textsOf(await fold(file, cursor))),
  };
}

function foldOf(file: string): Fold<Session, SessionLines> {
  return { version: 'copilot-1', anyOf: marks, initial: newSession, begin: () => new SessionLines(file) };
}

async function readDocument(path: string, cursor: Cursor | undefined, most: number): Promise<Reading> {
  const sightings: Sighting[] = [];
  const skipped: Skipped[] = [];
  const skip = (offset: number, reason: SkipReason) => void skipped.push({ file: path, offset, reason });
  const use = async (file: WholeFile) => {
    // One line that is over the limit, as it were.
    if (file.stats.size > most) return skip(0, 'line_too_long');
    const text = await file.handle.readFile('utf8');
    // Emptied, to be written anew.
    if (text === '') return;
    const document = parsed(text);
    if (document === undefined) return skip(0, 'malformed');
    const sighting = sightingIn(document);
    if (sighting !== undefined) sightings.push(sighting);
    skip(0, sighting === undefined ? 'unknown_format' : 'no_usage');
  };
  const read = await readWhole(path, cursor, use, skip);
  return { ...read, records: [], ...(sightings.length > 0 && { sightings }), skipped };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readingOf({ read, gathered: { records, sightings, skipped } }: Folded<SessionLines>): Reading {
  return { ...read, records, ...(sightings.length > 0 && { sightings }), skipped };
}

function textsOf({ read, gathered: { utterances, skipped } }: Folded<SessionLines>): Texts {
  return { ...read, utterances, skipped };
}

function noTexts(cursor: Cursor | undefined): Texts {
  return { utterances: [], skipped: [], cursor: cursor ?? null, status: 'end', restarted: false };
}
