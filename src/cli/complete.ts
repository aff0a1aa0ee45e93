import { catalogue, groups } from './catalogue.ts';
import type { Command, Parameter } from './command.ts';

/** What may stand where the cursor is, from the catalogue alone. */

export interface Candidate {
  value: string;
  about: string;
}

/** Candidates, a session's name, a REPL session's, or something that the shell knows better: a file's. */
export type Wanted = readonly Candidate[] | 'session' | 'file' | ReplWanted;

interface ReplWanted {
  isRepl: true;
  /** Words that may stand there as well. */
  beside: readonly Candidate[];
}

interface Flag {
  names: readonly string[];
  about: string;
  takesValue: boolean;
  choices: readonly string[];
  /** Its value names a session. */
  isSession?: boolean;
}

const everywhere: readonly Flag[] = [
  { names: ['--json'], about: 'one JSON value on stdout, for scripts', takesValue: false, choices: [] },
  { names: ['--data'], about: 'data folder of the server', takesValue: true, choices: [] },
  { names: ['--no-start'], about: 'start no server when none runs', takesValue: false, choices: [] },
  { names: ['-h', '--help'], about: 'print help', takesValue: false, choices: [] },
];

/** `before`: the words between `stint` and the cursor's; `current`: as much of that as is typed. */
export const wantedAfter = async (before: readonly string[], current: string): Promise<Wanted> => {
  const words = before[0] === 'help' ? before.slice(1) : before;
  const { name, rest, pending } = commandIn(words);
  if (pending) return valueOf(pending);
  const entry = catalogue.find((one) => one.name === name);
  // A group may be a command as well.
  const next =
    rest.length === 0 && isGroup(name) && !current.startsWith('-') ? nextWords(name, before.length === 0) : [];
  if (!entry) return current.startsWith('-') ? flagsOf(everywhere) : next;
  if (before[0] === 'help') return next;
  const own = inCommand(await entry.load(), rest, current);
  if (next.length === 0 || typeof own === 'string') return own;
  return 'isRepl' in own ? { ...own, beside: next } : [...own, ...next];
};

/** The folder that `--data` names among these words. */
export const dataIn = (words: readonly string[]): string | undefined => {
  const at = words.lastIndexOf('--data');
  return at < 0 ? undefined : words[at + 1];
};

/** The words that name a command so far, and what stands after them. */
const commandIn = (words: readonly string[]): { name: string; rest: readonly string[]; pending?: Flag } => {
  let name = '';
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const flag = everywhere.find(({ names }) => names.includes(word));
    if (flag?.takesValue && at + 1 === words.length) return { name, rest: [], pending: flag };
    if (flag?.takesValue) at += 1;
    if (flag) continue;
    const longer = name === '' ? word : `${name} ${word}`;
    if (isCommand(name) && !isCommand(longer) && !isGroup(longer)) return { name, rest: words.slice(at) };
    if (word.startsWith('-')) continue;
    name = longer;
    if (!isGroup(name)) return { name, rest: words.slice(at + 1) };
  }
  return { name, rest: [] };
};

const isCommand = (name: string): boolean => catalogue.some((one) => one.name === name);
/** What no word is said of yet is the group of all. */
const isGroup = (name: string): boolean => name === '' || catalogue.some((one) => one.name.startsWith(`${name} `));

const nextWords = (group: string, isFirst: boolean): Candidate[] => {
  const prefix = group === '' ? '' : `${group} `;
  const inGroup = catalogue
    .filter(({ name }) => name.startsWith(prefix) && !name.slice(prefix.length).includes(' '))
    .map(({ name, summary }) => ({ value: name.slice(prefix.length), about: summary }));
  if (group !== '') return inGroup;
  const ofGroups = Object.entries(groups).map(([value, { summary }]) => ({ value, about: summary }));
  const help = isFirst ? [{ value: 'help', about: 'Print help of a command' }] : [];
  return [...inGroup, ...ofGroups, ...help];
};

const inCommand = ({ args, options, passesThrough }: Command, rest: readonly string[], current: string): Wanted => {
  const flags = [...Object.values(options).map(flagOf), ...everywhere];
  const given = new Set<string>();
  let place = 0;
  let onlyArguments = false;
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    const flag = onlyArguments ? undefined : flags.find(({ names }) => names.includes(word));
    if (flag?.takesValue && at + 1 === rest.length) return valueOf(flag);
    if (flag?.takesValue) at += 1;
    for (const name of flag?.names ?? []) given.add(name);
    if (word === '--' && !onlyArguments) onlyArguments = true;
    else if (onlyArguments || !word.startsWith('-')) place += 1;
    if (passesThrough && place > 0) return 'file';
  }
  const parameter = Object.values(args)[place] ?? repeatedLast(args);
  if (onlyArguments || (parameter && !current.startsWith('-'))) return parameter ? argumentValue(parameter) : [];
  return flagsOf(flags.filter(({ names }) => !names.some((name) => given.has(name))));
};

const repeatedLast = (args: Command['args']): Parameter<unknown> | undefined => {
  const last = Object.values(args).at(-1);
  return last?.isRepeatable ? last : undefined;
};

const argumentValue = ({ syntax, parse }: Parameter<unknown>): Wanted => {
  if (/^[<[]sessions?\b/.test(syntax)) return 'session';
  if (parse?.isRepl) return { isRepl: true, beside: [] };
  return parse?.choices ? parse.choices.map((value) => ({ value, about: '' })) : 'file';
};

const valueOf = ({ choices, isSession }: Flag): Wanted =>
  isSession ? 'session' : choices.length === 0 ? 'file' : choices.map((value) => ({ value, about: '' }));

/** `-p, --port <port>` in parts. */
const flagOf = ({ syntax, help, parse }: Parameter<unknown>): Flag => ({
  names: syntax.split(/[ ,]+/).filter((word) => word.startsWith('-')),
  about: help,
  takesValue: parse !== undefined,
  choices: parse?.choices ?? [],
  isSession: syntax.endsWith('<session>'),
});

const flagsOf = (flags: readonly Flag[]): Candidate[] =>
  flags.map(({ names, about }) => ({ value: names.at(-1) ?? '', about }));
