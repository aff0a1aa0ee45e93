/** What was said in a session: lines of a transcript → prompts and answers. */
import { type Fields, fieldsOf, textOf, timeOf } from '../fields.ts';
import type { Utterance } from '../reader.ts';
import type { Holder } from './places.ts';

/** What Claude Code puts in the place of a prompt: commands, their output, reminders. */
const machineMade = /^\s*(<(command-|local-command|bash-|system-reminder|user-memory)|Caveat: The messages below)/;

/** A person's own words; undefined for what tools printed and what Claude Code wrote in their name. */
export function promptIn(line: Fields): string | undefined {
  if (line['type'] !== 'user' || line['isMeta'] === true || line['isSidechain'] === true) return undefined;
  if (line['isCompactSummary'] === true) return undefined;
  const content = fieldsOf(line['message'])?.['content'];
  const text = typeof content === 'string' ? content : textsIn(content).join('\n');
  return text.trim() === '' || machineMade.test(text) ? undefined : text;
}

/** What the agent answered, without its thoughts and its tools. */
function answerIn(line: Fields): string | undefined {
  const message = fieldsOf(line['message']);
  if (line['type'] !== 'assistant' || message?.['model'] === '<synthetic>') return undefined;
  const text = textsIn(message?.['content']).join('\n');
  return text.trim() === '' ? undefined : text;
}

function textsIn(content: unknown): string[] {
  if (!Array.isArray(content)) return [];
  return content
    .map(fieldsOf)
    .filter((part) => part?.['type'] === 'text')
    .flatMap((part) => textOf(part?.['text']) ?? []);
}

export function utteranceIn(line: unknown, holder: Holder): Utterance | undefined {
  const fields = fieldsOf(line);
  if (fields === undefined) return undefined;
  const prompt = promptIn(fields);
  const text = prompt ?? answerIn(fields);
  const at = timeOf(fields['timestamp']);
  const key = textOf(fields['uuid']);
  if (text === undefined || at === undefined || key === undefined) return undefined;
  const agentId = textOf(fields['agentId']) ?? holder.agentId;
  return {
    source: 'claude',
    sessionId: textOf(fields['sessionId']) ?? holder.sessionId,
    ...(agentId !== undefined && { agentId }),
    by: prompt === undefined ? 'agent' : 'user',
    at,
    text,
    key,
  };
}
