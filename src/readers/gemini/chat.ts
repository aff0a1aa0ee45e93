/**
 * Lines of a chat → usage, sightings, utterances. A line is the header, a message, changes of the header (`$set`, with
 * all messages where the history was rewritten) or the place to which the user went back (`$rewindTo`, which takes
 * turns away, not what they have cost). The older format is one document: a header with the messages in it.
 *
 * The same message comes again and again: without its tokens while it is written, with them once they are known, and in
 * whatever is written anew after that. Gemini CLI takes the last copy. Tokens are set once and never changed, so that
 * the copy with most output, which a consumer takes, is the same; copies without tokens are none here, and neither can
 * take a later one's place.
 */
import { type Fields, fieldsOf, textOf, timeOf } from '../fields.ts';
import type { Gathering, LinePlace } from '../folded-lines.ts';
import type { Sighting, Skipped, SkipReason, UsageRecord, Utterance } from '../reader.ts';
import { Sightings } from '../sightings.ts';
import type { Holder } from './places.ts';
import { isTitle, saidIn } from './said.ts';
import { partsOf } from './usage.ts';

const source = 'gemini';

/** Every line that tells something holds one of them. */
export const marks = ['"sessionId"', '"$set"', '"gemini"', '"user"'].map((mark) => Buffer.from(mark));

/** What lines tell of those after them. A type and no interface, so that it counts as JSON. */
export type Chat = {
  /** The chat's own id; null until a header was met. */
  id: string | null;
  isSubagent: boolean;
  hasTitle: boolean;
};

export const newChat: Chat = { id: null, isSubagent: false, hasTitle: false };

export class ChatLines implements Gathering<Chat> {
  readonly records: UsageRecord[] = [];
  readonly skipped: Skipped[] = [];
  readonly utterances: Utterance[] = [];
  readonly #file: string;
  readonly #holder: Holder;
  readonly #sightings = new Sightings();
  /** What was told of each message already: a history that is written anew tells most of it again. */
  readonly #told = new Map<string, string>();

  constructor(file: string, holder: Holder) {
    this.#file = file;
    this.#holder = holder;
  }

  get sightings(): Sighting[] {
    return this.#sightings.all();
  }

  skip(offset: number, reason: SkipReason): void {
    this.skipped.push({ file: this.#file, offset, reason });
  }

  take(chat: Chat, line: unknown, place: LinePlace): Chat {
    const fields = fieldsOf(line);
    if (fields === undefined) return chat;
    const changes = fieldsOf(fields['$set']);
    if (changes !== undefined) return this.#messages(this.#header(chat, changes), changes, () => place);
    if (textOf(fields['sessionId']) === undefined || 'type' in fields) return this.#message(chat, fields, place);
    return this.#messages(this.#header(chat, fields), fields, () => place);
  }

  /** One document that holds all; its offsets are the places of the messages in it. */
  takeDocument(document: unknown, fileBornAt: number): void {
    const fields = fieldsOf(document);
    if (textOf(fields?.['sessionId']) === undefined) return this.skip(0, 'unknown_format');
    this.#messages(this.#header(newChat, fields!), fields!, (offset) => ({ offset, fileBornAt }));
  }

  #header(before: Chat, fields: Fields): Chat {
    const { kind } = fields;
    const isSubagent = kind === undefined ? before.isSubagent : kind === 'subagent';
    const chat = { ...before, id: textOf(fields['sessionId']) ?? before.id, isSubagent };
    for (const name of ['startTime', 'lastUpdated']) this.#see(chat, timeOf(fields[name]));
    return chat;
  }

  #messages(before: Chat, { messages }: Fields, placeOf: (index: number) => LinePlace): Chat {
    if (!Array.isArray(messages)) return before;
    return messages.reduce<Chat>(
      (chat, message, i) => this.#message(chat, fieldsOf(message) ?? {}, placeOf(i)),
      before,
    );
  }

  #message(chat: Chat, message: Fields, place: LinePlace): Chat {
    const { type } = message;
    if (type !== 'user' && type !== 'gemini') return chat;
    const at = timeOf(message['timestamp']);
    this.#see(chat, at);
    // Null until the response has ended, and for good where it was broken off: nothing is known then.
    if (type === 'gemini' && message['tokens'] != null) this.#response(chat, message, at, place);
    return at === undefined ? chat : this.#say(chat, message, at);
  }

  #response(chat: Chat, message: Fields, at: number | undefined, { offset, fileBornAt }: LinePlace): void {
    const id = textOf(message['id']);
    const tokens = fieldsOf(message['tokens']);
    if (tokens === undefined) return this.skip(offset, 'no_usage');
    const parts = partsOf(tokens);
    if (parts === undefined) return this.skip(offset, 'bad_count');
    if (parts.input + parts.output + parts.cacheRead === 0) return;
    if (id === undefined) return this.skip(offset, 'no_key');
    if (at === undefined) return this.skip(offset, 'bad_time');
    const key = this.#keyOf(chat, id);
    const model = textOf(message['model']) ?? 'unknown';
    if (this.#isTold(`tokens ${key}`, JSON.stringify([model, at, parts]))) return;
    const place = { ...this.#placeOf(chat), sidechain: this.#holder.parent !== undefined || chat.isSubagent };
    const value = { model, beganAt: at, at, parts, billing: { provider: 'google' }, confidence: 'exact' as const };
    this.records.push({ source, key, ...place, ...value, file: this.#file, offset, fileBornAt });
  }

  #say(chat: Chat, message: Fields, at: number): Chat {
    const id = textOf(message['id']);
    const said = saidIn(message);
    if (id === undefined || said === undefined) return chat;
    const key = this.#keyOf(chat, id);
    if (!this.#isTold(`text ${key}`, said.text)) {
      this.utterances.push({ source, ...this.#placeOf(chat), ...said, at, key });
    }
    if (chat.hasTitle || !isTitle(said)) return chat;
    // What a subagent is told is no title of its session.
    if (this.#holder.parent === undefined) this.#see(chat, at, said.text);
    return { ...chat, hasTitle: true };
  }

  #isTold(name: string, value: string): boolean {
    if (this.#told.get(name) === value) return true;
    this.#told.set(name, value);
    return false;
  }

  #see(chat: Chat, at: number | undefined, title?: string): void {
    if (at === undefined) return;
    this.#sightings.see({ source, ...this.#placeOf(chat), at, ...(title !== undefined && { title }) });
  }

  /** Both formats of one chat hold the same ids, so that what both tell counts once. */
  #keyOf(chat: Chat, messageId: string): string {
    return `${this.#idOf(chat)}/${messageId}`;
  }

  #placeOf(chat: Chat): { sessionId: string; agentId?: string } {
    const { parent } = this.#holder;
    return parent === undefined ? { sessionId: this.#idOf(chat) } : { sessionId: parent, agentId: this.#idOf(chat) };
  }

  #idOf({ id }: Chat): string {
    return id ?? this.#holder.named;
  }
}
