/**
 * One line of a transcript → the copies of responses that it holds.
 *
 * Counted are `message.usage` of assistant lines, that of the assistant line inside a `progress` line of kind `agent_progress`
 * (also in the subagent's file, under the same key), and of `iterations[]` the items of type `advisor_message`, whose tokens are
 * not in the sums above them. All else that is called usage, such as `toolUseResult.usage` and `cost-state`, was counted there.
 */
import { type Fields, fieldsOf, textOf as rawTextOf, timeOf } from '../fields.ts';
import { textOfBytes } from '../lines.ts';
import type { Billing, SkipReason, UsageRecord } from '../reader.ts';
import type { Holder } from './places.ts';
import { usageOf } from './usage.ts';

/** Where a line stands; the line's own word on session and agent goes first. */
export interface Position extends Holder {
  file: string;
  offset: number;
  fileBornAt: number;
}

/** Errors that Claude Code writes itself: no request was made. */
const syntheticModel = '<synthetic>';

/** Lines come with a character a byte; see `LineSink.asBytes`. */
function textOf(value: unknown): string | undefined {
  const text = rawTextOf(value);
  return text === undefined ? undefined : textOfBytes(text);
}

export function copiesIn(line: unknown, position: Position): (UsageRecord | SkipReason)[] {
  const response = responseIn(fieldsOf(line), position);
  if (response === undefined || response.message['model'] === syntheticModel) return [];
  const usage = fieldsOf(response.message['usage']);
  if (usage === undefined) return 'usage' in response.message ? ['no_usage'] : [];
  const origin = originOf(response, position);
  if (typeof origin === 'string') return [origin];
  return [copyOf(origin, usage), ...advisorsOf(origin, usage)];
}

interface Response {
  line: Fields;
  message: Fields;
  sidechain: boolean;
  agentId: string | undefined;
}

function responseIn(line: Fields | undefined, position: Position): Response | undefined {
  if (line?.['type'] === 'progress') return progressIn(line);
  const message = fieldsOf(line?.['message']);
  if (line?.['type'] !== 'assistant' || message === undefined) return undefined;
  const sidechain = line['isSidechain'] === true || position.sidechain;
  return { line, message, sidechain, agentId: textOf(line['agentId']) ?? position.agentId };
}

function progressIn(line: Fields): Response | undefined {
  const data = fieldsOf(line['data']);
  const embedded = fieldsOf(data?.['message']);
  const message = fieldsOf(embedded?.['message']);
  if (data?.['type'] !== 'agent_progress' || embedded?.['type'] !== 'assistant' || message === undefined)
    return undefined;
  return { line: { ...line, ...embedded }, message, sidechain: true, agentId: textOf(data['agentId']) };
}

/** Everything about a copy but its value. */
type Origin = Omit<UsageRecord, 'parts' | 'webSearches'>;

function originOf({ line, message, sidechain, agentId }: Response, position: Position): Origin | SkipReason {
  const key = keyOf(line, message, sidechain);
  const at = timeOf(line['timestamp']);
  if (key === undefined) return 'no_key';
  if (at === undefined) return 'bad_time';
  const cwd = textOf(line['cwd']);
  const gitBranch = textOf(line['gitBranch']);
  const billing = billingOf(fieldsOf(message['usage']));
  return {
    source: 'claude',
    ...key,
    sessionId: textOf(line['sessionId']) ?? position.sessionId,
    ...(agentId !== undefined && { agentId }),
    sidechain,
    model: modelOf(message),
    beganAt: at,
    at,
    ...(cwd !== undefined && { cwd }),
    ...(gitBranch !== undefined && { gitBranch }),
    ...(billing !== undefined && { billing }),
    // Only subagents' files tell a response's last copy from the others.
    confidence: sidechain && message['stop_reason'] == null ? 'incomplete' : 'exact',
    file: position.file,
    offset: position.offset,
    fileBornAt: position.fileBornAt,
  };
}

/**
 * The id of the message with that of its request; alone where there is no request, and in a sidechain, which may replay the main
 * conversation's messages under requests of its own. Where there is no message id the request's, else the line's own: it is
 * the same in a fork.
 */
function keyOf(line: Fields, message: Fields, sidechain: boolean): Pick<UsageRecord, 'key' | 'request'> | undefined {
  const id = textOf(message['id']);
  const request = textOf(line['requestId']);
  if (id !== undefined) return sidechain || request === undefined ? { key: id } : { key: id, request };
  const uuid = textOf(line['uuid']);
  if (request !== undefined) return { key: `request:${request}` };
  return uuid === undefined ? undefined : { key: `line:${uuid}` };
}

/** The usual tier, speed and place are not told apart from none. */
function billingOf(usage: Fields | undefined): Billing | undefined {
  const tier = textOf(usage?.['service_tier']);
  const speed = textOf(usage?.['speed']);
  const region = textOf(usage?.['inference_geo']);
  const billing = {
    ...(tier !== undefined && tier !== 'standard' && { tier }),
    ...(speed !== undefined && speed !== 'standard' && { speed }),
    ...(region !== undefined && region !== 'not_available' && region !== 'global' && { region }),
  };
  return Object.keys(billing).length === 0 ? undefined : billing;
}

function modelOf(fields: Fields): string {
  return textOf(fields['model']) ?? 'unknown';
}

function copyOf(origin: Origin, fields: Fields): UsageRecord | SkipReason {
  const usage = usageOf(fields);
  return usage === undefined ? 'bad_count' : { ...origin, ...usage };
}

/** Told apart by their place among the advisors of the response, which later copies only add to. */
function advisorsOf(origin: Origin, usage: Fields): (UsageRecord | SkipReason)[] {
  if (!Array.isArray(usage['iterations'])) return [];
  return usage['iterations']
    .map(fieldsOf)
    .filter((item) => item?.['type'] === 'advisor_message')
    .map((item, i) => copyOf({ ...origin, key: `${origin.key}#advisor-${i}`, model: modelOf(item!) }, item!));
}
