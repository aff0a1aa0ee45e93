/** Reader of the chats that Gemini CLI leaves under its home folder. */
import type { ReadingLimits } from '../batch.ts';
import { type Fold, type Folded, readFolded } from '../folded-lines.ts';
import { LineFiles, usualLimits } from '../line-files.ts';
import type { Cursor, Reader, Reading, Texts } from '../reader.ts';
import { readWhole, type WholeFile } from '../whole-files.ts';
import { type Chat, ChatLines, marks, newChat } from './chat.ts';
import { allChats, directoryOf, holderOf, isDocument, projectsRoot } from './places.ts';

export interface GeminiLimits extends ReadingLimits {
  /** Of a chat that is one document: it is parsed at once. */
  maxDocumentBytes: number;
}

const usualDocumentBytes = 64 << 20;

export function geminiReader(limits: Partial<GeminiLimits> = {}): Reader {
  const all = { ...usualLimits, maxDocumentBytes: usualDocumentBytes, ...limits };
  const files = new LineFiles(all);
  const read = (file: string, cursor: Cursor | undefined) =>
    isDocument(file) ? readDocument(file, cursor, all.maxDocumentBytes) : readFolded(files, file, cursor, foldOf(file));
  return {
    source: 'gemini',
    roots: (surroundings) => [projectsRoot(surroundings)],
    filesOf: (_directory, surroundings) => allChats(surroundings),
    allFiles: allChats,
    readFrom: async (file, cursor) => readingOf(file, await read(file, cursor)),
    textsFrom: async (file, cursor) => textsOf(await read(file, cursor)),
  };
}

function foldOf(file: string): Fold<Chat, ChatLines> {
  return { version: 'gemini-1', anyOf: marks, initial: newChat, begin: () => new ChatLines(file, holderOf(file)) };
}

async function readDocument(path: string, cursor: Cursor | undefined, most: number): Promise<Folded<ChatLines>> {
  const gathered = new ChatLines(path, holderOf(path));
  const use = async (file: WholeFile) => {
    // One line that is over the limit, as it were.
    if (file.stats.size > most) return gathered.skip(0, 'line_too_long');
    const text = await file.handle.readFile('utf8');
    // Emptied, to be written anew.
    if (text === '') return;
    const document = parsed(text);
    if (document === undefined) return gathered.skip(0, 'malformed');
    gathered.takeDocument(document, file.bornAt);
  };
  const read = await readWhole(path, cursor, use, gathered.skip.bind(gathered));
  return { read, gathered };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where the directory of a project is kept is looked up only for those of whom there is something to tell. */
async function readingOf(file: string, { read, gathered }: Folded<ChatLines>): Promise<Reading> {
  const { records, sightings, skipped } = gathered;
  if (records.length === 0 && sightings.length === 0) return { ...read, records, skipped };
  const directory = await directoryOf(file);
  const place = directory === undefined ? {} : { cwd: directory };
  const seen = sightings.map((sighting) => ({ ...sighting, ...place }));
  return { ...read, records: records.map((record) => ({ ...record, ...place })), sightings: seen, skipped };
}

function textsOf({ read, gathered: { utterances, skipped } }: Folded<ChatLines>): Texts {
  return { ...read, utterances, skipped };
}
