/**
 * Lines of a session, or of exported telemetry → usage, sightings, utterances. Events tell the output of a response in
 * its message, and all of it in `assistant.usage`, which few files hold; `session.shutdown` tells totals (totals.ts).
 * Both may tell of the same response, in either order: they share its turn, or else its output.
 */
import { type Fields, fieldsOf, textOf, timeOf } from '../fields.ts';
import type { Gathering, LinePlace } from '../folded-lines.ts';
import type { Confidence, Sighting, Skipped, SkipReason, UsageRecord, Utterance } from '../reader.ts';
import { Sightings } from '../sightings.ts';
import { type Counts, countsIn, eventNames, isNothing, mostOfResponse, mostOfSession } from './counts.ts';
import { noCounts, partsOf, turnKey } from './counts.ts';
import { idNamedBy } from './places.ts';
import { saidIn } from './said.ts';
import { chatIn } from './span.ts';
import { afterTotals, newTally, resumed, shareTotals, type Tally, type Told, withResponse } from './totals.ts';

const source = 'copilot';
const provider = 'github-copilot';

/** Every line that tells something holds one of them. */
export const marks = ['"session.', '"user.message"', '"assistant.', '"gen_ai.'].map((mark) => Buffer.from(mark));

/** What lines tell of those after them. A type and no interface, so that it counts as JSON. */
export type Session = {
  /** Null until it was told. */
  id: string | null;
  cwd: string | null;
  branch: string | null;
  model: string | null;
  interaction: string | null;
  turn: string | null;
  hasTitle: boolean;
  tally: Tally;
};

export const newSession: Session = {
  id: null,
  cwd: null,
  branch: null,
  model: null,
  interaction: null,
  turn: null,
  hasTitle: false,
  tally: newTally,
};

interface Event extends LinePlace {
  type: unknown;
  data: Fields;
  id: string | undefined;
  agentId: string | null;
  at: number | undefined;
}

export class SessionLines implements Gathering<Session> {
  readonly records: UsageRecord[] = [];
  readonly skipped: Skipped[] = [];
  readonly utterances: Utterance[] = [];
  readonly #file: string;
  readonly #sightings = new Sightings();

  constructor(file: string) {
    this.#file = file;
  }

  get sightings(): Sighting[] {
    return this.#sightings.all();
  }

  skip(offset: number, reason: SkipReason): void {
    this.skipped.push({ file: this.#file, offset, reason });
  }

  take(before: Session, line: unknown, place: LinePlace): Session {
    const fields = fieldsOf(line);
    if (fields === undefined) return before;
    if (fields['type'] === 'span') return this.#span(before, fields, place);
    const data = fieldsOf(fields['data']);
    if (data === undefined) return before;
    const id = textOf(fields['id']);
    const agentId = textOf(fields['agentId']) ?? textOf(data['parentToolCallId']) ?? null;
    const event = { ...place, type: fields['type'], data, id, agentId, at: timeOf(fields['timestamp']) };
    const session = this.#event(event.agentId === null ? withSettings(before, event) : before, event);
    this.#see(session, event.at);
    return session;
  }

  #event(session: Session, event: Event): Session {
    if (event.type === 'session.resume') return { ...session, tally: resumed(session.tally) };
    if (event.type === 'session.shutdown') return this.#totals(session, event);
    if (event.type === 'assistant.usage') return this.#usage(session, event);
    if (event.type === 'user.message') return this.#say(session, event);
    return event.type === 'assistant.message' ? this.#say(this.#message(session, event), event) : session;
  }

  /** Only its output is told; without it, it waits for totals all the same. */
  #message(session: Session, event: Event): Session {
    const { data } = event;
    const { outputTokens } = data;
    const counts = countsIn({ outputTokens }, eventNames, mostOfResponse);
    if (counts === 'bad_count') return this.#skipped(session, event, 'bad_count');
    const output = counts?.output ?? 0;
    const key = this.#turnOf(session, event, output) ?? this.#ownKey(session, textOf(data['messageId']) ?? event.id);
    if (key === undefined) return this.#skipped(session, event, 'no_key');
    if (event.at === undefined) return this.#skipped(session, event, 'bad_time');
    if (counts === undefined) this.skip(event.offset, 'no_usage');
    const { responses } = session.tally;
    const isTold = responses.some((told) => told.key === key && told.isWhole);
    const usage = isTold
      ? undefined
      : responses.findLast((told) => told.key.startsWith('usage:') && isOf(told, output));
    // From here on the message's own, so that no other message takes it for its usage.
    if (usage !== undefined) return { ...session, tally: claimed(session.tally, usage) };
    if (isTold) return session;
    return this.#tell(session, event, key, counts ?? noCounts, false);
  }

  #usage(session: Session, event: Event): Session {
    const counts = countsIn(event.data, eventNames, mostOfResponse);
    if (counts === undefined) return this.#skipped(session, event, 'no_usage');
    if (counts === 'bad_count') return this.#skipped(session, event, 'bad_count');
    if (event.at === undefined) return this.#skipped(session, event, 'bad_time');
    if (isNothing(counts)) return session;
    const said = session.tally.responses.findLast((told) => !told.isWhole && isOf(told, counts.output));
    if (said !== undefined) {
      const { key, at, offset } = said;
      return this.#tell(session, { ...event, at, offset, agentId: said.agentId }, key, counts, true);
    }
    const id = textOf(event.data['apiCallId']) ?? event.id;
    const key = this.#turnOf(session, event, counts.output) ?? (id === undefined ? undefined : `usage:${id}`);
    return key === undefined ? this.#skipped(session, event, 'no_key') : this.#tell(session, event, key, counts, true);
  }

  #tell(session: Session, event: Event, key: string, counts: Counts, isWhole: boolean): Session {
    const { offset, agentId, data } = event;
    const model = textOf(data['model']) ?? session.model;
    const told = { key, at: event.at!, offset, agentId, model, counts, isWhole };
    if (!isNothing(counts)) this.#add(session, told, event, isWhole ? 'exact' : 'incomplete');
    return { ...session, tally: withResponse(session.tally, told) };
  }

  #totals(session: Session, event: Event): Session {
    const counts = new Map<string, Counts>();
    const requests = new Map<string, number>();
    for (const [model, metrics] of Object.entries(fieldsOf(event.data['modelMetrics']) ?? {})) {
      const used = countsIn(fieldsOf(fieldsOf(metrics)?.['usage']) ?? {}, eventNames, mostOfSession);
      if (used === 'bad_count') return this.#skipped(session, event, 'bad_count');
      if (used === undefined) continue;
      counts.set(model, used);
      requests.set(model, requestsIn(fieldsOf(metrics)));
    }
    // An end without totals is none: the next ones tell of what was before it as well.
    if (counts.size === 0) return session;
    this.#share(session, event, { counts, requests });
    return { ...session, tally: afterTotals(counts) };
  }

  #share(session: Session, event: Event, totals: { counts: Map<string, Counts>; requests: Map<string, number> }): void {
    const { responses, others } = shareTotals(session.tally, totals);
    for (const told of responses) this.#add(session, told, event, 'estimated');
    if (others.length === 0) return;
    const key = this.#ownKey(session, event.id);
    if (event.at === undefined) return this.skip(event.offset, 'bad_time');
    if (key === undefined) return this.skip(event.offset, 'no_key');
    for (const [i, { model, counts }] of others.entries()) {
      if (isNothing(counts)) continue;
      const told = { key: `${key}:${i}`, at: event.at, offset: event.offset, agentId: null, isWhole: false };
      this.#add(session, { ...told, model, counts }, event, 'estimated');
    }
  }

  #add(session: Session, told: Told, { fileBornAt }: LinePlace, confidence: Confidence): void {
    const { key, at, agentId, offset } = told;
    const place = { ...this.#placeOf(session, agentId), sidechain: agentId !== null, ...surroundingsOf(session) };
    const model = told.model ?? 'unknown';
    const value = { model, beganAt: at, at, parts: partsOf(told.counts), billing: { provider }, confidence };
    this.records.push({ source, key, ...place, ...value, file: this.#file, offset, fileBornAt });
  }

  #span(session: Session, span: Fields, { offset, fileBornAt }: LinePlace): Session {
    const chat = chatIn(span);
    if (chat === undefined) return session;
    const { key, at, counts, model, costUsd } = chat;
    const sessionId = chat.sessionId ?? this.#idOf(session);
    if (at !== undefined) this.#sightings.see({ source, sessionId, at });
    if (counts === undefined) return chat.hasFailed ? session : this.#skipped(session, { offset }, 'no_usage');
    if (counts === 'bad_count') return this.#skipped(session, { offset }, 'bad_count');
    if (isNothing(counts)) return session;
    if (key === undefined) return this.#skipped(session, { offset }, 'no_key');
    if (at === undefined) return this.#skipped(session, { offset }, 'bad_time');
    const billing = { provider, ...(costUsd !== undefined && { costUsd }) };
    const value = { model, beganAt: at, at, parts: partsOf(counts), billing, confidence: 'exact' as const };
    this.records.push({ source, key, sessionId, sidechain: false, ...value, file: this.#file, offset, fileBornAt });
    return session;
  }

  #say(session: Session, { type, data, id, agentId, at }: Event): Session {
    const said = saidIn(type, data);
    if (said === undefined || id === undefined || at === undefined) return session;
    const key = textOf(data['messageId']) ?? id;
    this.utterances.push({ source, ...this.#placeOf(session, agentId), ...said, at, key });
    // What a subagent is told is no title of its session.
    if (said.by === 'agent' || session.hasTitle || agentId !== null) return session;
    this.#see(session, at, said.text);
    return { ...session, hasTitle: true };
  }

  #see(session: Session, at: number | undefined, title?: string): void {
    if (at === undefined) return;
    const seen = { source, sessionId: this.#idOf(session), at, ...surroundingsOf(session) };
    this.#sightings.see({ ...seen, ...(title !== undefined && { title }) });
  }

  #skipped(session: Session, { offset }: { offset: number }, reason: SkipReason): Session {
    this.skip(offset, reason);
    return session;
  }

  #turnOf({ interaction, turn }: Session, { data, agentId }: Event, output: number): string | undefined {
    const isMain = agentId === null;
    const of = data['interactionId'] ?? (isMain ? interaction : undefined);
    return turnKey(of, data['turnId'] ?? (isMain ? turn : undefined), output);
  }

  #ownKey(session: Session, id: string | undefined): string | undefined {
    return id === undefined ? undefined : `${this.#idOf(session)}:${id}`;
  }

  #placeOf(session: Session, agentId: string | null): { sessionId: string; agentId?: string } {
    return { sessionId: this.#idOf(session), ...(agentId !== null && { agentId }) };
  }

  #idOf({ id }: Session): string {
    return id ?? idNamedBy(this.#file);
  }
}

/** Whether a message and a usage that do not name their turn are of one response. */
function isOf({ counts }: Told, output: number): boolean {
  return output > 0 && counts.output === output;
}

function claimed(tally: Tally, usage: Told): Tally {
  const responses = tally.responses.map((told) => (told === usage ? { ...told, key: `said:${told.key}` } : told));
  return { ...tally, responses };
}

function requestsIn(metrics: Fields | undefined): number {
  const count = fieldsOf(metrics?.['requests'])?.['count'];
  return Number.isSafeInteger(count) ? (count as number) : 1;
}

/** The session after an event that tells where and how it goes on. */
function withSettings(session: Session, { type, data }: Event): Session {
  if (type === 'session.model_change') return { ...session, model: textOf(data['newModel']) ?? session.model };
  if (type === 'assistant.turn_start' || type === 'user.message') return withTurn(session, data);
  if (type === 'session.context_changed') return withContext(session, data);
  if (type !== 'session.start' && type !== 'session.resume') return session;
  const model = textOf(data['selectedModel']) ?? session.model;
  return withContext({ ...session, id: session.id ?? textOf(data['sessionId']) ?? null, model }, data['context']);
}

function withTurn(session: Session, data: Fields): Session {
  const interaction = textOf(data['interactionId']) ?? session.interaction;
  return { ...session, interaction, turn: textOf(data['turnId']) ?? null };
}

function withContext(session: Session, context: unknown): Session {
  const told = fieldsOf(context);
  const cwd = textOf(told?.['cwd']);
  // A directory without a branch is no repository.
  return cwd === undefined ? session : { ...session, cwd, branch: textOf(told?.['branch']) ?? null };
}

function surroundingsOf({ cwd, branch }: Session): Pick<UsageRecord, 'cwd' | 'gitBranch'> {
  return { ...(cwd !== null && { cwd }), ...(branch !== null && { gitBranch: branch }) };
}
