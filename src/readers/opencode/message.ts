/**
 * A stored message → the usage that it tells of.
 *
 * A fork copies messages under new ids with nothing that leads back, and so did the change to the second schema in some versions;
 * all else stays, the time of their making too. So a response is told by that time and its model, and an id that was made at that
 * time narrows it: it is the original. Copies have ids of a later time, or of another make, and none to narrow them by.
 */
import { type Fields, fieldsOf, textOf } from '../fields.ts';
import type { SkipReason, UsageRecord } from '../reader.ts';
import type { Holder } from './sessions.ts';
import { timeIn } from './times.ts';
import { countedIn } from './tokens.ts';

const source = 'opencode';

export interface Message {
  id: string;
  /** Of `session_message`; empty in the first schema. */
  type: string;
  data: Fields;
  /** Where the message counts what another one tells too: that one's. */
  mirrors?: Made | undefined;
}

/** What tells responses apart. */
export interface Made {
  /** Unix ms. */
  createdAt: number;
  provider: string;
  model: string;
}

export interface MessagePlace {
  file: string;
  offset: number;
  /** Of the session where that is known: it is what a fork begins. */
  fileBornAt: number;
}

/** A message that is being answered: what it counts may change. */
export function isOpen({ type, data }: Message): boolean {
  return isAnswer(type, data) && fieldsOf(data['time'])?.['completed'] == null;
}

/** Counts are final with what a response ended by; that it is complete is written after its tools are done. */
function isUnfinished(message: Message): boolean {
  return isOpen(message) && message.data['finish'] == null;
}

function isAnswer(type: string, data: Fields): boolean {
  // Of the second schema only answers are known to count, but any that does is one.
  return type === '' ? data['role'] === 'assistant' : type === 'assistant' || fieldsOf(data['tokens']) !== undefined;
}

/** Undefined for a time that is none, and the reason why nothing is known of who answered. */
export function madeIn(data: Fields): Made | undefined {
  const createdAt = timeIn(data, 'created');
  const model = fieldsOf(data['model']);
  if (createdAt === undefined) return undefined;
  return {
    createdAt,
    provider: textOf(data['providerID'] ?? model?.['providerID']) ?? '',
    model: textOf(data['modelID'] ?? model?.['id'] ?? model?.['modelID']) ?? 'unknown',
  };
}

/** Undefined for what is no response, or not yet one. */
export function usageIn(message: Message, holder: Holder, place: MessagePlace): UsageRecord | SkipReason | undefined {
  const { type, data, id } = message;
  if (!isAnswer(type, data)) return undefined;
  const tokens = fieldsOf(data['tokens']);
  const made = madeIn(data);
  const counting = { isLater: type !== '', provider: made?.provider ?? '', model: made?.model ?? '' };
  const counted = countedIn(tokens ?? {}, counting);
  if (counted === undefined) return 'bad_count';
  const { parts } = counted;
  if (parts.input + parts.output + parts.cacheRead + parts.cacheWrite5m === 0) return unusedBecause(message);
  if (made === undefined) return 'bad_time';
  const { createdAt, provider, model } = message.mirrors ?? made;
  const at = timeIn(data, 'completed') ?? made.createdAt;
  const cwd = textOf(fieldsOf(data['path'])?.['cwd']) ?? holder.session.directory;
  return {
    source,
    key: `${createdAt}/${provider}/${model}`,
    ...(message.mirrors === undefined && isMadeAt(id, createdAt) && { request: id }),
    sessionId: holder.sessionId,
    ...(holder.agentId !== undefined && { agentId: holder.agentId }),
    sidechain: holder.sidechain,
    model: made.model,
    beganAt: made.createdAt,
    at: Math.max(at, made.createdAt),
    ...(cwd !== undefined && { cwd }),
    parts,
    ...billingOf(provider, data['cost']),
    confidence: isUnfinished(message) && counted.confidence === 'exact' ? 'incomplete' : counted.confidence,
    ...place,
  };
}

/** Nothing is known of a response that was broken off, nor of a provider that does not count; a request that failed is none. */
function unusedBecause(message: Message): SkipReason | undefined {
  if (isOpen(message)) return undefined;
  const error = fieldsOf(message.data['error']);
  const kind = textOf(error?.['name']) ?? textOf(error?.['type']);
  return error === undefined || kind === 'MessageAbortedError' || kind === 'aborted' ? 'no_usage' : undefined;
}

function billingOf(provider: string, cost: unknown): Pick<UsageRecord, 'billing'> {
  const billing = {
    ...(provider !== '' && { provider }),
    // On a subscription it is 0: that it costs nothing is not said by it.
    ...(typeof cost === 'number' && Number.isFinite(cost) && cost > 0 && { costUsd: cost }),
  };
  return Object.keys(billing).length > 0 ? { billing } : {};
}

/** Six bytes of the time in units of 1/4096 ms, of which the upper ones are lost, and a random rest. */
const idForm = /^msg_([0-9a-f]{12})[0-9A-Za-z]{14}$/;
const unitsPerMs = 4096;
const periodMs = 2 ** 48 / unitsPerMs;
/** An id and the time are made in one go; a fork cannot be made as fast of something that is to be answered. */
const mostMs = 1000;

function isMadeAt(id: string, createdAt: number): boolean {
  const hex = idForm.exec(id)?.[1];
  if (hex === undefined) return false;
  const apart = Math.abs(Number.parseInt(hex, 16) / unitsPerMs - (createdAt % periodMs));
  return Math.min(apart, periodMs - apart) <= mostMs;
}
