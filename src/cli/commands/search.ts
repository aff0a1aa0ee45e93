import { resolve } from 'node:path';
import { ask, open } from '../api.ts';
import type { Client } from '../client.ts';
import { command, optional, several, withDefault } from '../command.ts';
import { dayAt, dayExamples, daysLater, parseDay, timeZoneHere } from '../day.ts';
import type { Day } from '../day.ts';
import { exitCodes, Failure, usageFailure } from '../failure.ts';
import { choice, label, text, wholeNumber } from '../parse.ts';
import { cut, plain } from '../plain.ts';
import { say } from '../say.ts';
import { nothingWords, readingWords, searchText } from '../search-words.ts';
import { chooseSession } from '../session-choice.ts';

const usualTexts = 20;

export const searchCommand = command({
  about:
    'Finds what was said in the sessions of all coding agents on the server’s machine: your prompts and their answers. All words must occur, in any order; case and accents do not matter. Words in quotes are a phrase, and cook* is the beginning of a word. What fits best comes first. Ends with 1 when nothing is found, as grep does.',
  args: { words: several('<words...>', 'what to look for') },
  options: {
    not: several('--not <word>', 'leave out what has this word or phrase; may be repeated'),
    by: optional('--by <who>', 'only what was said by the user, or by the agent', choice(['user', 'agent'])),
    since: optional('--since <day>', `from this day on: ${dayExamples}`, parseDay),
    until: optional('--until <day>', 'up to this day; of a month, up to its last', parseDay),
    source: optional('--source <agent>', 'only this agent: claude, codex, …', label),
    project: optional('--project <folder>', 'only sessions in this folder or below it', text),
    session: optional(
      '--session <id>',
      'only this session: its id or the agent’s own, or a part of it, or name',
      label,
    ),
    limit: withDefault(
      '-n, --limit <count>',
      `show at most this many (${usualTexts})`,
      wholeNumber(1, 100),
      usualTexts,
    ),
  },
  examples: [
    ['session cookie', 'both words, in any order'],
    ['"session cookie"', 'right after each other'],
    ['cook* --not test --since 7d', 'the beginning of a word, without another'],
    ['deploy --by user --project .', 'what you asked for in this folder'],
    ['cookie --json', 'the same as the API answers it'],
  ],
  exec: async ({ args: { words }, options, settings }) => {
    const { not, by, source, project, limit } = options;
    const q = [...words.map(asTyped), ...not.map((word) => `-${phrase(word)}`)].join(' ');
    const days = momentsOf(options);
    const client = await open(settings);
    const session = options.session === undefined ? undefined : await sessionMeant(client, options.session);
    const only = given({ by, source, session, ...days, project: project === undefined ? undefined : resolve(project) });
    const found = await asked(q, ask(client.GET('/api/search', { params: { query: { q, limit, ...only } } })));
    if (found.index.state === 'off') throw switchedOff();
    const more = readingWords(found);
    if (more !== undefined) say(more);
    const isFound = found.texts.length > 0;
    if (!isFound) say(nothingWords(q, Object.keys(only).length > 0));
    return {
      value: found,
      text: (screen) => searchText(screen, found, Date.now()),
      exitCode: isFound ? exitCodes.ok : exitCodes.failed,
    };
  },
});

/** What is wrong with the words is said of them as they were typed, not of a field that nobody did. */
const asked = async <T>(q: string, answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Failure) || !error.message.startsWith('q: ')) throw error;
    throw usageFailure(`“${cut(plain(q), longestEcho)}” ${error.message.slice('q: '.length)}`, error.details);
  }
};

const longestEcho = 40;

/** What the shell was told to keep together is a phrase. */
const asTyped = (word: string): string => (/\s/.test(word.trim()) && !word.includes('"') ? phrase(word) : word);

const phrase = (words: string): string => {
  const [, text = '', star = ''] = /^(.*?)(\*?)$/s.exec(words.trim().replaceAll('"', ' ')) ?? [];
  return `"${text}"${star}`;
};

/** Days are those of this machine. */
const momentsOf = ({ since, until }: { since: Day | undefined; until: Day | undefined }) => {
  const today = dayAt(Date.now(), timeZoneHere());
  const [from, to] = [since?.(today), until?.(today, 'last')];
  if (from !== undefined && to !== undefined && to < from)
    throw usageFailure(`--until ${to} lies before --since ${from}`);
  return {
    since: from === undefined ? undefined : midnight(from),
    until: to === undefined ? undefined : midnight(daysLater(to, 1)),
  };
};

const midnight = (date: string): string => new Date(`${date}T00:00:00`).toISOString();

const wholeId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A whole id may be the agent's own, which the server knows. */
const sessionMeant = async (client: Client, typed: string): Promise<string> =>
  wholeId.test(typed) ? typed : (await chooseSession(client, typed, ['active', 'paused'], ['completed'])).id;

const given = <T extends Record<string, unknown>>(all: T) =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

const switchedOff = (): Failure =>
  new Failure(
    exitCodes.refused,
    'search_off',
    'the search is switched off: the server was started with --no-search, and nothing is indexed',
  );
