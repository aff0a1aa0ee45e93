/** Sessions of early versions, one document each: they tell what was said, and nothing of usage. */
import { type Fields, fieldsOf, textOf, timeOf } from '../fields.ts';
import type { Sighting } from '../reader.ts';
import { Sightings } from '../sightings.ts';

/** Undefined for a document of anything else. */
export function sightingIn(document: unknown): Sighting | undefined {
  const fields = fieldsOf(document);
  const sessionId = textOf(fields?.['sessionId']);
  const messages = fields?.['chatMessages'];
  if (fields === undefined || sessionId === undefined || !Array.isArray(messages)) return undefined;
  const sightings = new Sightings();
  const title = messages.flatMap((message) => promptIn(fieldsOf(message)) ?? [])[0];
  for (const at of timesIn(fields)) {
    sightings.see({ source: 'copilot', sessionId, at, ...(title !== undefined && { title }) });
  }
  return sightings.all()[0];
}

function promptIn(message: Fields | undefined): string | undefined {
  return message?.['role'] === 'user' ? textOf(message['content'])?.trim() : undefined;
}

function timesIn({ startTime, timeline }: Fields): number[] {
  const entries = Array.isArray(timeline) ? timeline.map((entry) => fieldsOf(entry)?.['timestamp']) : [];
  return [startTime, ...entries].flatMap((time) => timeOf(time) ?? []);
}
