/** What was said in a rollout: prompts without what Codex puts before them, and answers. */
import { fieldsOf, textOf, type Fields } from '../fields.ts';

export interface Said {
  by: 'user' | 'agent';
  text: string;
}

const speakers: Readonly<Record<string, Said['by']>> = { user: 'user', assistant: 'agent' };

/** Undefined for what neither the user nor the agent said, such as instructions that go out in the user's name. */
export function saidIn(item: Fields | undefined): Said | undefined {
  const by = speakers[String(item?.['role'])];
  if (item?.['type'] !== 'message' || by === undefined || !Array.isArray(item['content'])) return undefined;
  const texts = item['content'].flatMap((part) => textOf(fieldsOf(part)?.['text']) ?? []);
  const said = by === 'agent' ? texts : texts.filter((text) => !isInjected(text)).map(requestIn);
  const text = said.join('\n').trim();
  return text === '' ? undefined : { by, text };
}

/** Tags in which Codex wraps what it adds, the heading of a project's instructions, and what stands around a picture. */
const tag = /^\s*<(?:(?:[a-z]+_)+(?:context|instructions|notification|aborted|command)|skill)>/;
const heading = /^\s*(?:# AGENTS\.md instructions\b|<\/?image\b)/;

function isInjected(text: string): boolean {
  return tag.test(text) || heading.test(text);
}

const ideContext = /^\s*# Context from my IDE setup:/;
const ideRequest = /^## My request for Codex:[ \t]*\n?/m;

/** Extensions of editors put what is open there before the prompt. */
function requestIn(text: string): string {
  const heading = ideContext.test(text) ? ideRequest.exec(text) : null;
  return heading === null ? text : text.slice(heading.index + heading[0].length);
}
