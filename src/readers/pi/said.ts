/** What was said in a message of pi's: prompts and answers, without thoughts and what tools asked and answered. */
import { type Fields, fieldsOf, textOf } from '../fields.ts';

export interface Said {
  by: 'user' | 'agent';
  text: string;
}

const speakers: Readonly<Record<string, Said['by']>> = { user: 'user', assistant: 'agent' };

export function saidIn(message: Fields): Said | undefined {
  const { role, content } = message;
  const by = typeof role === 'string' && Object.hasOwn(speakers, role) ? speakers[role] : undefined;
  const parts = Array.isArray(content) ? content : [content];
  const text = parts
    .flatMap((part) => textOf(part) ?? textOf(fieldsOf(part)?.['text']) ?? [])
    .join('\n')
    .trim();
  return by === undefined || text === '' ? undefined : { by, text };
}
