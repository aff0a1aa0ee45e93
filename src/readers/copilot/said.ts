/** What was said in an event: prompts without what Copilot CLI adds in the user's name, and answers. */
import { type Fields, textOf } from '../fields.ts';

export interface Said {
  by: 'user' | 'agent';
  text: string;
}

export function saidIn(type: unknown, data: Fields): Said | undefined {
  const by = type === 'user.message' ? 'user' : type === 'assistant.message' ? 'agent' : undefined;
  const text = textOf(data['content'])?.trim();
  if (by === undefined || !text) return undefined;
  // Skills and the CLI itself write in the user's name, and say so.
  const from = textOf(data['source']);
  return by === 'user' && from !== undefined && from !== 'user' ? undefined : { by, text };
}
