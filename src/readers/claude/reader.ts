/** Reader of the transcripts that Claude Code leaves under its configuration folder. */
import type { ReadingLimits } from '../batch.ts';
import { fieldsOf, textOf, timeOf } from '../fields.ts';
import { LineFiles, usualLimits } from '../line-files.ts';
import type { LineSink } from '../lines.ts';
import type { Cursor, Reader, Reading, Skipped, SkipReason, Texts, UsageRecord, Utterance } from '../reader.ts';
import { Sightings } from '../sightings.ts';
import { copiesIn, wantedOfLine } from './line.ts';
import { filesOfDirectory, filesOfProjects, type Holder, holderOf, projectRoots } from './places.ts';
import { promptIn, utteranceIn } from './said.ts';

/** Every line with usage holds it; a tool's input that does not count may hold it too. */
const anyOfUsage = [Buffer.from('"usage"')];
/** Lines of people and of the agent. */
const anyOfTexts = [Buffer.from('"user"'), Buffer.from('"assistant"')];
/** The first prompt comes after a few lines about the session, or not at all. */
const mostLinesBeforePrompt = 40;

/** `usage` leaves out what is told of sessions. */
export function claudeReader(limits: Partial<ReadingLimits> = {}, about: 'usage' | 'sessions' = 'usage'): Reader {
  const files = new LineFiles({ ...usualLimits, ...limits });
  return {
    source: 'claude',
    roots: projectRoots,
    filesOf: filesOfDirectory,
    allFiles: (surroundings) => filesOfProjects(surroundings, () => true),
    readFrom: (file, cursor) => readFrom(files, file, cursor, about === 'sessions'),
    textsFrom: (file, cursor) => textsFrom(files, file, cursor),
  };
}

async function readFrom(
  files: LineFiles,
  file: string,
  cursor: Cursor | undefined,
  wantsSessions: boolean,
): Promise<Reading> {
  const sink = new UsageSink(file, wantsSessions);
  const read = await files.readFrom(file, cursor, sink);
  const { records, skipped, sightings } = sink;
  return { ...read, records, skipped, ...(wantsSessions && { sightings: sightings.all() }) };
}

class UsageSink implements LineSink {
  readonly anyOf = anyOfUsage;
  readonly picks = wantedOfLine;
  readonly records: UsageRecord[] = [];
  readonly skipped: Skipped[] = [];
  readonly sightings = new Sightings();
  readonly #file: string;
  readonly #holder: Holder;
  readonly #wantsSessions: boolean;
  /** Lines that may still hold the first prompt. */
  #linesLeft: number;

  constructor(file: string, wantsSessions: boolean) {
    this.#file = file;
    this.#holder = holderOf(file);
    this.#wantsSessions = wantsSessions;
    this.#linesLeft = wantsSessions && !this.#holder.sidechain ? mostLinesBeforePrompt : 0;
  }

  get isCurious(): boolean {
    return this.#linesLeft > 0;
  }

  take(line: unknown, offset: number, fileBornAt: number): void {
    if (this.#linesLeft > 0) this.#lookForPrompt(line);
    for (const copy of copiesIn(line, { ...this.#holder, file: this.#file, offset, fileBornAt })) {
      if (typeof copy === 'string') this.skip(offset, copy);
      else this.#keep(copy);
    }
  }

  skip(offset: number, reason: SkipReason): void {
    this.skipped.push({ file: this.#file, offset, reason });
  }

  #keep(copy: UsageRecord): void {
    this.records.push(copy);
    if (this.#wantsSessions) this.sightings.seeRecord(copy);
  }

  #lookForPrompt(line: unknown): void {
    this.#linesLeft--;
    const fields = fieldsOf(line);
    const title = fields && promptIn(fields);
    const at = timeOf(fields?.['timestamp']);
    if (title === undefined || at === undefined) return;
    this.#linesLeft = 0;
    const sessionId = textOf(fields?.['sessionId']) ?? this.#holder.sessionId;
    this.sightings.see({ source: 'claude', sessionId, at, title });
  }
}

async function textsFrom(files: LineFiles, file: string, cursor?: Cursor): Promise<Texts> {
  const utterances: Utterance[] = [];
  const skipped: Skipped[] = [];
  const holder = holderOf(file);
  const skip = (offset: number, reason: SkipReason) => void skipped.push({ file, offset, reason });
  const take = (line: unknown) => {
    const utterance = utteranceIn(line, holder);
    if (utterance !== undefined) utterances.push(utterance);
  };
  return { ...(await files.readFrom(file, cursor, { anyOf: anyOfTexts, take, skip })), utterances, skipped };
}
