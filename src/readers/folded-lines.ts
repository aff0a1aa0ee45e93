/**
 * Files of lines whose meaning depends on lines before them: what those left is a state, and it is kept in the cursor
 * beside the place reached, so that reading on gives what reading from the beginning gives.
 *
 * 1. The state in a cursor is that after the last whole line before its place: a last line without its newline is
 *    handed over and forgotten again, since it is read once more when it is whole.
 * 2. A file that is not the one the cursor knew starts with the initial state. That it is not is known only afterwards,
 *    so that what was gathered meanwhile is thrown away and the file read again.
 * 3. A cursor of another version is none: the file is read from its beginning.
 */
import { type FileCursor, parseCursor } from './cursor.ts';
import { fieldsOf } from './fields.ts';
import type { LineFiles, LinesRead } from './line-files.ts';
import type { Cursor, Json, SkipReason } from './reader.ts';

export interface LinePlace {
  offset: number;
  fileBornAt: number;
}

/** What comes out of one reading. */
export interface Gathering<State extends Json> {
  /** The state after the line. Never changes the one given. */
  take(state: State, line: unknown, place: LinePlace): State;
  skip(offset: number, reason: SkipReason): void;
}

export interface Fold<State extends Json, G extends Gathering<State>> {
  /** Of the state's shape. */
  readonly version: string;
  readonly anyOf: readonly Buffer[];
  readonly initial: State;
  /** An empty gathering. */
  begin(): G;
}

export interface Folded<G> {
  read: LinesRead;
  gathered: G;
}

/** As `LineFiles.readFrom`. */
export async function readFolded<State extends Json, G extends Gathering<State>>(
  files: LineFiles,
  path: string,
  stored: Cursor | undefined,
  fold: Fold<State, G>,
): Promise<Folded<G>> {
  const given = stored ?? null;
  const known = parseFolded(given, fold.version) as Start<State> | undefined;
  const first = await pass(files, path, known ?? { file: given === null ? null : none, state: fold.initial }, fold);
  if (!first.read.restarted || known === undefined) return keeping(given, first);
  const again = await pass(files, path, { file: null, state: fold.initial }, fold);
  return keeping(given, { ...again, read: { ...again.read, restarted: true } });
}

/** What `LineFiles` takes for a cursor that it does not know. */
const none: Cursor = false;

interface Start<State> {
  file: Cursor;
  state: State;
}

async function pass<State extends Json, G extends Gathering<State>>(
  files: LineFiles,
  path: string,
  start: Start<State>,
  fold: Fold<State, G>,
): Promise<Folded<G>> {
  const gathered = fold.begin();
  const last = { offset: -1, before: start.state, after: start.state };
  const read = await files.readFrom(path, start.file, {
    anyOf: fold.anyOf,
    take(line, offset, fileBornAt) {
      last.offset = offset;
      last.before = last.after;
      last.after = gathered.take(last.after, line, { offset, fileBornAt });
    },
    skip: (offset, reason) => gathered.skip(offset, reason),
  });
  const file = parseCursor(read.cursor);
  if (file === undefined) return { read, gathered };
  const state = last.offset === file.offset ? last.before : last.after;
  return { read: { ...read, cursor: { version: fold.version, file, state } }, gathered };
}

/** Without a file there is no new cursor, nor another file. */
function keeping<G>(given: Cursor, folded: Folded<G>): Folded<G> {
  const { status } = folded.read;
  if (status === 'end' || status === 'more') return folded;
  return { ...folded, read: { ...folded.read, cursor: given, restarted: false } };
}

/** A state is only ever what the same reader stored itself under the same version. */
function parseFolded(given: Cursor, version: string): { file: FileCursor; state: Json } | undefined {
  const { version: of, file, state } = fieldsOf(given) ?? {};
  const cursor = parseCursor(file as Json | undefined);
  return cursor === undefined || of !== version || state === undefined
    ? undefined
    : { file: cursor, state: state as Json };
}
