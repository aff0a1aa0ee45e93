import type { Client } from '../client.ts';
import { isWord, promptWords } from './words.ts';

/** What readline is given: what may stand there, and how much of the line it stands for. */
export type Completion = [completions: string[], completeOn: string];

/** `earlier`: lines of the same input. */
export const complete = async (client: Client, name: string, earlier: string, line: string): Promise<Completion> => {
  if (isWord(line) && earlier === '') return completeWord(client, name, line);
  // Nothing is begun: what is typed goes on with an indentation.
  if (earlier !== '' && line.trim() === '') return [['  '], ''];
  const code = earlier === '' ? line : `${earlier}\n${line}`;
  const { completions, start } = await asked(client, name, code);
  return [completions, code.slice(start)];
};

const completeWord = async (client: Client, name: string, line: string): Promise<Completion> => {
  const [first, second, ...more] = line.trimStart().split(/\s+/);
  const last = more.at(-1) ?? '';
  const isPlace = first === ':session' && /^(load|switch)$/.test(second ?? '') && more.length > 0;
  if (isPlace) return more.length === 1 ? [startingWith(last, await namesOf(client)), last] : [[], last];
  const { completions, start } = await asked(client, name, line);
  const typed = line.slice(start);
  const own = second !== undefined && more.length === 0 && first === ':session' ? ownWords : [];
  return [[...new Set([...completions, ...startingWith(typed, own)])].toSorted(), typed];
};

const ownWords = promptWords.map(([syntax]) => syntax.split(' ')[1] ?? '');

const startingWith = (typed: string, words: readonly string[]): string[] =>
  words.filter((word) => word.startsWith(typed));

const asked = async (client: Client, name: string, code: string): Promise<{ completions: string[]; start: number }> => {
  const params = { path: { name } };
  const { data } = await client.POST('/api/repl/sessions/{name}/complete', { params, body: { code } });
  return data ?? { completions: [], start: code.length };
};

const namesOf = async (client: Client): Promise<string[]> => {
  const { data } = await client.GET('/api/repl/sessions');
  return (data?.sessions ?? []).map(({ name }) => name).toSorted();
};
