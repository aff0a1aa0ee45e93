/** What was said in a message: prompts without what Gemini CLI adds in the user's name, and answers. */
import { type Fields, fieldsOf, textOf } from '../fields.ts';

export interface Said {
  by: 'user' | 'agent';
  text: string;
}

export function saidIn(message: Fields): Said | undefined {
  const { type } = message;
  if (type !== 'user' && type !== 'gemini') return undefined;
  // What was typed, where more than that was sent.
  const text = textIn(message['displayContent']) || textIn(message['content']);
  if (text === '' || (type === 'user' && injected.test(text))) return undefined;
  return { by: type === 'user' ? 'user' : 'agent', text };
}

/** The setting of the scene that begins a history, and summaries that stand for what was compressed. */
const injected = /^(?:<(?:session_context|state_snapshot|hook_context)\b|This is the Gemini CLI\.)/;

/** Commands of the CLI itself tell nothing of a session; a path is no command. */
const command = /^[/?][\w:-]*(?:\s|$)/;

export function isTitle({ by, text }: Said): boolean {
  return by === 'user' && !command.test(text);
}

/** Of a text, a part or a list of parts; what tools asked and answered has none. */
function textIn(content: unknown): string {
  const parts = Array.isArray(content) ? content : [content];
  const texts = parts.flatMap((part) => textOf(part) ?? textOf(fieldsOf(part)?.['text']) ?? []);
  return texts.join('\n').trim();
}
