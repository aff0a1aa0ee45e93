/**
 * Lines of a rollout → usage, sightings, limits, utterances.
 *
 * Counted are `token_count` events and `token_usage_record` lines of the file's own thread. All else that is called
 * usage was counted there: the record inside a `compacted` line, records that name another thread, `turn.completed` of
 * `codex exec --json`.
 */
import { createHash } from 'node:crypto';
import { type Fields, fieldsOf, textOf, timeOf } from '../fields.ts';
import type { Gathering, LinePlace } from '../folded-lines.ts';
import type { Limit, Sighting, Skipped, SkipReason, UsageRecord, Utterance } from '../reader.ts';
import { Sightings } from '../sightings.ts';
import { type Counts, countRecord, countsOf, countTotal, keyOf, partsOf } from './counters.ts';
import { limitsIn } from './limits.ts';
import { saidIn } from './said.ts';
import { atLine, inTurn, type Thread, withHeader } from './thread.ts';

const source = 'codex';

/** What to tell the lines by that usage and sightings are made of. */
export const usageMarks = ['"session_meta"', '"turn_context"', '"token_count"', '"token_usage_record"']
  .concat(['"task_started"', '"turn_started"', '"thread_settings_applied"', '"user"'])
  .map((mark) => Buffer.from(mark));
export const textMarks = [...usageMarks, Buffer.from('"assistant"')];

interface Line extends LinePlace {
  payload: Fields;
  at: number | undefined;
}

export class Rollout implements Gathering<Thread> {
  readonly records: UsageRecord[] = [];
  readonly limits: Limit[] = [];
  readonly skipped: Skipped[] = [];
  readonly utterances: Utterance[] = [];
  readonly #file: string;
  /** The thread's id by the file's name, for a file without a header. */
  readonly #named: string;
  readonly #sightings = new Sightings();
  #forkedFrom: string | null = null;

  constructor(file: string, named: string) {
    this.#file = file;
    this.#named = named;
  }

  get sightings(): Sighting[] {
    const forkedFrom = this.#forkedFrom;
    return this.#sightings.all().map((seen) => (forkedFrom === null ? seen : { ...seen, forkedFrom }));
  }

  skip(offset: number, reason: SkipReason): void {
    this.skipped.push({ file: this.#file, offset, reason });
  }

  take(thread: Thread, line: unknown, place: LinePlace): Thread {
    const fields = fieldsOf(line);
    const payload = fieldsOf(fields?.['payload']);
    if (payload === undefined) return thread;
    const at = timeOf(fields?.['timestamp']);
    const kind = fields?.['type'] === 'event_msg' ? payload['type'] : fields?.['type'];
    const taken = this.#takeKind(kind, thread, { ...place, payload, at });
    this.#see(taken, at);
    return taken;
  }

  #takeKind(kind: unknown, before: Thread, line: Line): Thread {
    if (kind === 'session_meta') return this.#header(before, line);
    const { payload, at } = line;
    if (kind === 'turn_context' || kind === 'task_started' || kind === 'turn_started')
      return atLine(withSettings(inTurn(before, payload['turn_id']), payload), at);
    const thread = atLine(before, at);
    if (kind === 'thread_settings_applied') return withSettings(thread, fieldsOf(payload['thread_settings']) ?? {});
    if (kind === 'token_count') return this.#counter(thread, line);
    if (kind === 'token_usage_record') return this.#record(thread, line);
    return kind === 'response_item' ? this.#message(thread, line) : thread;
  }

  #header(before: Thread, { payload, at }: Line): Thread {
    const thread = withHeader(before, payload, at);
    const startedAt = timeOf(payload['timestamp']);
    if (before.id === null) this.#see({ ...thread, isReplaying: false }, startedAt ?? at);
    return thread;
  }

  #counter(thread: Thread, line: Line): Thread {
    const { payload, at } = line;
    if (at !== undefined && !thread.isReplaying) this.limits.push(...limitsIn(fieldsOf(payload['rate_limits']), at));
    // Without `info` it only tells of the limits.
    const info = fieldsOf(payload['info']);
    if (info === undefined) return thread;
    const total = countsOf(info['total_token_usage']);
    const last = countsOf(info['last_token_usage']);
    if (total === undefined && last === undefined) return this.#skipped(thread, line, 'no_usage');
    if (total === 'bad_count' || last === 'bad_count') return this.#skipped(thread, line, 'bad_count');
    if (total === undefined) return this.#skipped(thread, line, 'no_key');
    if (thread.isReplaying) return { ...thread, counters: { total, recorded: null, isReplayed: true } };
    const { counters, used } = countTotal(thread.counters, total, last);
    if (used !== undefined) this.#add(thread, line, keyOf(this.#idOf(thread), total, last), used);
    return { ...thread, counters };
  }

  /** A record names its thread, so that a copy is known wherever it stands. */
  #record(before: Thread, line: Line): Thread {
    const { payload } = line;
    const owner = textOf(payload['thread_id']);
    if (owner === undefined ? before.isReplaying : owner !== this.#idOf(before)) return before;
    const thread = { ...before, isReplaying: false };
    const usage = countsOf(payload['usage']);
    const total = countsOf(payload['thread_token_usage']);
    if (usage === undefined) return this.#skipped(thread, line, 'no_usage');
    if (usage === 'bad_count' || total === 'bad_count') return this.#skipped(thread, line, 'bad_count');
    const response = textOf(payload['response_id']);
    const id = this.#idOf(thread);
    const key = total === undefined ? response && `${id}:${response}` : keyOf(id, total, usage);
    if (key === undefined) return this.#skipped(thread, line, 'no_key');
    this.#add(thread, line, key, usage);
    return { ...thread, counters: countRecord(thread.counters, usage, total) };
  }

  #skipped(thread: Thread, { offset }: Line, reason: SkipReason): Thread {
    if (!thread.isReplaying) this.skip(offset, reason);
    return thread;
  }

  #add(thread: Thread, { at, offset, fileBornAt }: Line, key: string, used: Counts): void {
    const parts = partsOf(used);
    if (parts === undefined) return this.skip(offset, 'bad_count');
    if (at === undefined) return this.skip(offset, 'bad_time');
    const times = { beganAt: at, at };
    const place = { ...this.#placeOf(thread), sidechain: thread.isSidechain };
    const billing = { provider: thread.provider ?? 'openai', ...(thread.tier !== null && { tier: thread.tier }) };
    const model = thread.model ?? 'unknown';
    const value = { model, ...times, ...surroundingsOf(thread), parts, billing, confidence: 'exact' as const };
    this.records.push({ source, key, ...place, ...value, file: this.#file, offset, fileBornAt });
  }

  #message(thread: Thread, { payload, at }: Line): Thread {
    const said = thread.isReplaying ? undefined : saidIn(payload);
    if (said === undefined || at === undefined) return thread;
    const id = this.#idOf(thread);
    const hash = createHash('sha256').update(`${said.by}\n${at}\n${said.text}`).digest('hex');
    this.utterances.push({ source, ...this.#placeOf(thread), ...said, at, key: `${id}:${hash.slice(0, 24)}` });
    if (said.by === 'agent' || thread.hasTitle) return thread;
    // What a subagent is told is no title of its session.
    if (!thread.isSidechain) this.#see(thread, at, said.text);
    return { ...thread, hasTitle: true };
  }

  /** A replay's lines tell of the parent's session, under times that are not theirs. */
  #see(thread: Thread, at: number | undefined, title?: string): void {
    if (at === undefined || thread.isReplaying) return;
    this.#forkedFrom = thread.forkedFrom;
    this.#sightings.see({
      source,
      ...this.#placeOf(thread),
      at,
      ...surroundingsOf(thread),
      ...(title !== undefined && { title }),
    });
  }

  #placeOf(thread: Thread): { sessionId: string; agentId?: string } {
    const id = this.#idOf(thread);
    return thread.parent === null ? { sessionId: id } : { sessionId: thread.parent, agentId: id };
  }

  #idOf({ id }: Thread): string {
    return id ?? this.#named;
  }
}

/** Only what differs from the usual is a tier. */
const usualTiers = ['default', 'auto', 'standard'];

function withSettings(thread: Thread, settings: Fields): Thread {
  const model = textOf(settings['model']) ?? thread.model;
  const cwd = textOf(settings['cwd']) ?? thread.cwd;
  if (!('service_tier' in settings)) return { ...thread, model, cwd };
  const tier = textOf(settings['service_tier']) ?? null;
  return { ...thread, model, cwd, tier: tier === null || usualTiers.includes(tier) ? null : tier };
}

function surroundingsOf({ cwd, branch }: Thread): Pick<UsageRecord, 'cwd' | 'gitBranch'> {
  return { ...(cwd !== null && { cwd }), ...(branch !== null && { gitBranch: branch }) };
}
