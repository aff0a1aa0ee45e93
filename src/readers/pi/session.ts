/**
 * Lines of a session → usage, sightings, utterances. The first is the header; the others are entries of a tree, whose
 * branches all were paid for.
 *
 * Responses are messages of the assistant; newer versions also write down what summaries of a compaction or a branch
 * used, and what was used beside the conversation (`usage`). What is kept inside other entries (`retainedTail`,
 * `details` of a tool's result) was counted where it happened.
 *
 * A fork begins with its origin's entries, copied as they are. Entries have ids of eight characters, unique in one file
 * only, and those of the first version got theirs, at random, when a later version opened the file. So what tells a
 * response from others is its time with what it used; the entry's id narrows it where there is one.
 */
import { createHash } from 'node:crypto';
import { type Fields, fieldsOf, textOf, timeOf } from '../fields.ts';
import type { Gathering, LinePlace } from '../folded-lines.ts';
import type { Billing, Sighting, Skipped, SkipReason, UsageRecord, Utterance } from '../reader.ts';
import { Sightings } from '../sightings.ts';
import { idNamedBy } from './places.ts';
import { saidIn } from './said.ts';
import { costOf, partsOf } from './usage.ts';

const source = 'pi';

/** Every line that tells something holds one of them. */
export const marks = ['"session"', '"usage"', '"assistant"', '"user"', '"model_change"'].map((mark) =>
  Buffer.from(mark),
);

/** What lines tell of those after them. A type and no interface, so that it counts as JSON. */
export type Session = {
  /** Null until the header was met. */
  id: string | null;
  cwd: string | null;
  forkedFrom: string | null;
  /** Unix ms at which a fork came to be; its copies are older. */
  forkedAt: number;
  provider: string | null;
  model: string | null;
  hasTitle: boolean;
};

export const newSession: Session = {
  id: null,
  cwd: null,
  forkedFrom: null,
  forkedAt: 0,
  provider: null,
  model: null,
  hasTitle: false,
};

interface Entry extends LinePlace {
  fields: Fields;
  /** The message in it, else the entry itself. */
  message: Fields;
  at: number | undefined;
}

export class SessionLines implements Gathering<Session> {
  readonly records: UsageRecord[] = [];
  readonly skipped: Skipped[] = [];
  readonly utterances: Utterance[] = [];
  readonly #file: string;
  readonly #sightings = new Sightings();
  #forkedFrom: string | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  get sightings(): Sighting[] {
    const forkedFrom = this.#forkedFrom;
    return this.#sightings.all().map((seen) => (forkedFrom === null ? seen : { ...seen, forkedFrom }));
  }

  skip(offset: number, reason: SkipReason): void {
    this.skipped.push({ file: this.#file, offset, reason });
  }

  take(before: Session, line: unknown, place: LinePlace): Session {
    const fields = fieldsOf(line);
    if (fields === undefined) return before;
    const message = fieldsOf(fields['message']) ?? fields;
    const at = timeOf(fields['timestamp']) ?? timeIn(message);
    const session = this.#takeKind(before, { ...place, fields, message, at });
    this.#see(session, at);
    return session;
  }

  #takeKind(before: Session, entry: Entry): Session {
    const { fields, at } = entry;
    const { type } = fields;
    if (type === 'session') return before.id === null ? begun(before, fields, at) : before;
    if (type === 'model_change') return withModel(before, fields);
    if (type === 'message') return this.#message(before, entry);
    // Null where a provider told nothing, or nothing was asked.
    if (paidBesides.includes(String(type)) && fields['usage'] != null) this.#response(before, entry);
    return before;
  }

  #message(before: Session, entry: Entry): Session {
    if (entry.message['role'] !== 'assistant') return this.#say(before, entry);
    const session = withModel(before, entry.message);
    this.#response(session, entry);
    return this.#say(session, entry);
  }

  #response(session: Session, { fields, message, at, offset, fileBornAt }: Entry): void {
    const usage = fieldsOf(message['usage']);
    if (usage === undefined) return this.skip(offset, 'no_usage');
    const parts = partsOf(usage);
    if (parts === undefined) return this.skip(offset, 'bad_count');
    // A request that failed.
    if (parts.input + parts.output + parts.cacheRead + parts.cacheWrite5m + parts.cacheWrite1h === 0) return;
    if (at === undefined) return this.skip(offset, 'bad_time');
    const model = modelOf(message) ?? session.model ?? 'unknown';
    const key = `${timeIn(message) ?? at}:${digest(JSON.stringify([model, parts]))}`;
    const request = textOf(fields['id']);
    const place = {
      sessionId: this.#idOf(session),
      sidechain: false,
      ...(session.cwd !== null && { cwd: session.cwd }),
    };
    const billing = billingOf(textOf(message['provider']) ?? session.provider, costOf(usage));
    const value = { model, beganAt: at, at, parts, ...billing, confidence: 'exact' as const };
    const told = { source, key, ...(request !== undefined && { request }), ...place, ...value };
    this.records.push({ ...told, file: this.#file, offset, fileBornAt });
  }

  #say(session: Session, { message, at }: Entry): Session {
    const said = saidIn(message);
    if (said === undefined || at === undefined) return session;
    const sessionId = this.#idOf(session);
    const key = `${timeIn(message) ?? at}:${digest(`${said.by}\n${said.text}`)}`;
    this.utterances.push({ source, sessionId, ...said, at, key });
    if (said.by === 'agent' || session.hasTitle) return session;
    this.#see(session, at, said.text);
    return { ...session, hasTitle: true };
  }

  #see(session: Session, at: number | undefined, title?: string): void {
    if (at === undefined) return;
    this.#forkedFrom = session.forkedFrom;
    this.#sightings.see({
      source,
      sessionId: this.#idOf(session),
      at: Math.max(at, session.forkedAt),
      ...(session.cwd !== null && { cwd: session.cwd }),
      ...(title !== undefined && { title }),
    });
  }

  #idOf({ id }: Session): string {
    return id ?? idNamedBy(this.#file);
  }
}

/** Entries that are no message and may have been paid for. */
const paidBesides = ['usage', 'compaction', 'branch_summary'];

function begun(before: Session, header: Fields, at: number | undefined): Session {
  const origin = textOf(header['parentSession']) ?? textOf(header['branchedFrom']);
  const fork = origin === undefined ? {} : { forkedFrom: idNamedBy(origin), forkedAt: at ?? 0 };
  const id = textOf(header['id']) ?? null;
  return { ...withModel(before, header), ...fork, id, cwd: textOf(header['cwd']) ?? null };
}

/** The session after a line that names the model that is asked from there on. */
function withModel(session: Session, fields: Fields): Session {
  const model = modelOf(fields);
  if (model === undefined) return session;
  return { ...session, model, provider: textOf(fields['provider']) ?? null };
}

function modelOf(fields: Fields): string | undefined {
  return textOf(fields['model']) ?? textOf(fields['modelId']);
}

function billingOf(provider: string | null, costUsd: number | undefined): { billing?: Billing } {
  if (provider === null && costUsd === undefined) return {};
  return { billing: { ...(provider !== null && { provider }), ...(costUsd !== undefined && { costUsd }) } };
}

/** Unix ms of a message's own time, which forks copy. */
function timeIn({ timestamp }: Fields): number | undefined {
  return Number.isSafeInteger(timestamp) && (timestamp as number) > 0 ? (timestamp as number) : undefined;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
