/**
 * One line of a transcript → the copies of responses that it holds.
 *
 * Counted are `message.usage` of assistant lines, that of the assistant line inside a `progress` line of kind `agent_progress`
 * (also in the subagent's file, under the same key), and of `iterations[]` the items of type `advisor_message`, whose tokens are
 * not in the sums above them. All else that is called usage, such as `toolUseResult.usage` and `cost-state`, was counted there.
 */
import { type Fields, fieldsOf, textOf, timeOf } from '../fields.ts';
import { Shape, type Wanted } from '../pick.ts';
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

const usage: Wanted = {
  input_tokens: true,
  output_tokens: true,
  cache_read_input_tokens: true,
  cache_creation_input_tokens: true,
  cache_creation: { ephemeral_5m_input_tokens: true, ephemeral_1h_input_tokens: true },
  server_tool_use: { web_search_requests: true },
  service_tier: true,
  speed: true,
  inference_geo: true,
  iterations: true,
};
const line: Wanted = {
  type: true,
  isSidechain: true,
  agentId: true,
  timestamp: true,
  sessionId: true,
  cwd: true,
  gitBranch: true,
  requestId: true,
  uuid: true,
  message: { id: true, model: true, stop_reason: true, usage },
};

/** All that is read of a line. */
export const wantedOfLine = new Shape({ ...line, data: { type: true, agentId: true, message: line } });

export function copiesIn(line: unknown, position: Position): (UsageRecord | SkipReason)[] {
  const response = responseIn(fieldsOf(line), position);
  if (response === undefined || response.message['model'] === syntheticModel) return [];
  const usage = fieldsOf(response.message['usage']);
  if (usage === undefined) return 'usage' in response.message ? ['no_usage'] : [];
  const origin = originOf(response, position);
  if (typeof origin === 'string') return [origin];
  const advisors = advisorsOf(origin, usage);
  return [copyOf(origin, usage), ...advisors];
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
  // Field by field: there is a copy a line, and putting it together from parts takes as long as parsing it.
  const origin: Origin = {
    source: 'claude',
    key: key.key,
    sessionId: textOf(line['sessionId']) ?? position.sessionId,
    sidechain,
    model: modelOf(message),
    beganAt: at,
    at,
    // Only subagents' files tell a response's last copy from the others.
    confidence: sidechain && message['stop_reason'] == null ? 'incomplete' : 'exact',
    file: position.file,
    offset: position.offset,
    fileBornAt: position.fileBornAt,
  };
  if (key.request !== undefined) origin.request = key.request;
  if (agentId !== undefined) origin.agentId = agentId;
  const cwd = textOf(line['cwd']);
  if (cwd !== undefined) origin.cwd = cwd;
  const gitBranch = textOf(line['gitBranch']);
  if (gitBranch !== undefined) origin.gitBranch = gitBranch;
  const billing = billingOf(fieldsOf(message['usage']));
  if (billing !== undefined) origin.billing = billing;
  return origin;
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
const usualBilling: ReadonlySet<unknown> = new Set([null, undefined, '', 'standard', 'not_available', 'global']);

function billingOf(usage: Fields | undefined): Billing | undefined {
  const { service_tier: tier, speed, inference_geo: region } = usage ?? {};
  if (usualBilling.has(tier) && usualBilling.has(speed) && usualBilling.has(region)) return undefined;
  const billing: Billing = {};
  if (!usualBilling.has(tier)) billing.tier = textOf(tier) ?? 'unknown';
  if (!usualBilling.has(speed)) billing.speed = textOf(speed) ?? 'unknown';
  if (!usualBilling.has(region)) billing.region = textOf(region) ?? 'unknown';
  return billing;
}

function modelOf(fields: Fields): string {
  return textOf(fields['model']) ?? 'unknown';
}

/** Takes the origin for its own. */
function copyOf(origin: Origin, fields: Fields): UsageRecord | SkipReason {
  const usage = usageOf(fields);
  return usage === undefined ? 'bad_count' : Object.assign(origin, usage);
}

/** Told apart by their place among the advisors of the response, which later copies only add to. */
function advisorsOf(origin: Origin, usage: Fields): (UsageRecord | SkipReason)[] {
  if (!Array.isArray(usage['iterations'])) return [];
  return usage['iterations']
    .map(fieldsOf)
    .filter((item) => item?.['type'] === 'advisor_message')
    .map((item, i) => copyOf({ ...origin, key: `${origin.key}#advisor-${i}`, model: modelOf(item!) }, item!));
}
