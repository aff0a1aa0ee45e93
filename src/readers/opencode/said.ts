/** What was said in a message: prompts without what opencode adds in the user's name, and answers. */
import { createHash } from 'node:crypto';
import { type Fields, fieldsOf, textOf } from '../fields.ts';
import type { Utterance } from '../reader.ts';
import type { Holder } from './sessions.ts';
import { timeIn } from './times.ts';

export type Said = Pick<Utterance, 'by' | 'text' | 'at'>;

const speakers: Readonly<Record<string, Utterance['by']>> = { user: 'user', assistant: 'agent' };

/** A part of a message of the first schema. `open`: its text is still being written. */
export function saidInPart(part: Fields, message: { role: string; at: number }): Said | 'open' | undefined {
  const by = speakers[message.role];
  if (by === undefined || part['type'] !== 'text' || part['synthetic'] === true || part['ignored'] === true)
    return undefined;
  const time = fieldsOf(part['time']);
  if (by === 'agent' && time?.['start'] != null && time['end'] == null) return 'open';
  return said(by, part['text'], message.at);
}

/** A message of the later schema: parts of an answer are told one by one, as in the first. */
export function saidInLater(type: string, data: Fields): Said[] {
  const by = speakers[type];
  const at = timeIn(data, 'created');
  if (by === undefined || at === undefined) return [];
  const parts = by === 'user' ? [{ type: 'text', text: data['text'] }] : data['content'];
  if (!Array.isArray(parts)) return [];
  return parts.flatMap((part) => {
    const fields = fieldsOf(part);
    return fields?.['type'] === 'text' ? (said(by, fields['text'], at) ?? []) : [];
  });
}

function said(by: Utterance['by'], value: unknown, at: number): Said | undefined {
  const text = textOf(value)?.trim();
  return text === undefined || text === '' ? undefined : { by, text, at };
}

/** Copies in forks and in the other schema have ids of their own; what was said when is the same. */
export function utteranceOf({ by, text, at }: Said, { sessionId, agentId }: Holder): Utterance {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 24);
  const place = { sessionId, ...(agentId !== undefined && { agentId }) };
  return { source: 'opencode', ...place, by, at, text, key: `${at}/${by}/${hash}` };
}
