import { Problem } from '../contract/problem.ts';
import { noteWords } from './repl-note-words.ts';
import type { NoteParts } from './repl-note-words.ts';
import { ofOwner } from './repl-server-words.ts';
import type { ServerWords } from './repl-server-words.ts';
import { wholeNumber } from './repl-word.ts';
import type { Told, Word } from './repl-word.ts';
import { toReplMetrics, toReplSession } from './repl-view.ts';
import type { ReplSummary } from './repl-view.ts';

/** Commands that begin with a colon are about the session, and none of its code. */

export interface WordParts {
  /** Those that the caller may see. */
  list: () => Promise<readonly ReplSummary[]>;
  /** Of the owner's alone. */
  server: ServerWords | undefined;
  /** Undefined where there is no session of that name: a word makes none. */
  session: SessionParts | undefined;
}

export interface SessionParts {
  summary: ReplSummary;
  checkpoint: (label: string | undefined, told: Told<{ seq: number }>) => Promise<string>;
  goto: (seq: number, told: Told<{ seq: number; stateId: string }>) => Promise<string>;
  fork: (name: string, seq: number | undefined, told: Told<void>) => Promise<string>;
  save: () => Promise<void>;
  notes: NoteParts;
}

export interface Said {
  output: string;
  shouldExit: boolean;
  /** It could not be done as it was typed. */
  isError?: boolean;
}

const ofNone: Record<string, Word<WordParts>> = {
  list: {
    syntax: ':session list',
    about: 'your REPL sessions',
    say: async ({ list }) => linesOf(await list()),
  },
};

const ofSession: Record<string, Word<SessionParts>> = {
  save: {
    syntax: ':session save',
    about: 'write a full image now (all that was answered is on disk already)',
    say: ({ save }) => save().then(() => 'saved'),
  },
  checkpoint: {
    syntax: ':session checkpoint [label]',
    about: 'name the state as it is',
    say: ({ checkpoint }, args) => {
      const label = args.join(' ').slice(0, 200);
      return checkpoint(label === '' ? undefined : label, (made) => `checkpoint at ${made.seq}`);
    },
  },
  goto: {
    syntax: ':session goto <event>',
    about: 'back to the state after an event',
    say: ({ goto }, [text]) => {
      const seq = wholeNumber(text);
      return seq === undefined ? undefined : goto(seq, ({ stateId }) => `at event ${seq} (${stateId})`);
    },
  },
  fork: {
    syntax: ':session fork <name> [event]',
    about: 'a session that goes on beside this one',
    say: ({ fork }, [name, text]) => {
      const seq = wholeNumber(text);
      if (name === undefined || (text !== undefined && seq === undefined)) return undefined;
      return fork(name, seq, () => `forked as ${name}`);
    },
  },
  metrics: {
    syntax: ':session metrics',
    about: 'what the session has taken',
    say: async ({ summary }) => {
      const { commandCount, averageExecutionTime, peakMemoryUsage, sessionSize } = toReplMetrics(summary);
      return [
        `commands  ${commandCount}, ${averageExecutionTime.toFixed(1)} ms each`,
        `memory    ${kilobytes(peakMemoryUsage)} at the most`,
        `size      ${kilobytes(sessionSize)}`,
      ].join('\n');
    },
  },
};

const serverWords: Record<string, Word<WordParts>> = {
  status: {
    syntax: ':server status',
    about: 'the server’s process, address and sessions (for its owner)',
    say: async ({ server }) => ofOwner(server).status(),
  },
  stop: {
    syntax: ':server stop',
    about: 'stop the server (for its owner)',
    say: async ({ server }) => ofOwner(server).stop(),
  },
};

const needing = (word: Word<SessionParts>): Word<WordParts> => ({
  ...word,
  say: ({ session }, args) => {
    if (session !== undefined) return word.say(session, args);
    throw new Problem('session_not_found', 'there is no such session yet: run a command in it first');
  },
});

const groups: Record<string, Record<string, Word<WordParts>>> = {
  ':session': {
    ...ofNone,
    ...Object.fromEntries(Object.entries({ ...ofSession, ...noteWords }).map(([name, word]) => [name, needing(word)])),
  },
  ':server': serverWords,
};

/** Words that change nothing but what a prompt is on. */
const ofPrompt = new Set(['load', 'switch']);

export const isWord = (command: string): boolean => /^\s*:/.test(command);

/** What a command with a colon has to say; one that is not known says which there are. */
export const sayWord = async (command: string, parts: WordParts): Promise<Said> => {
  const [first = '', second = '', ...args] = command.trim().split(/\s+/);
  if (first === ':quit') return { output: '', shouldExit: true };
  if (first === ':help') return { output: help(), shouldExit: false };
  const group = Object.hasOwn(groups, first) ? groups[first] : undefined;
  if (first === ':session' && ofPrompt.has(second))
    return { output: `${first} ${second} is for the prompt: stint repl`, shouldExit: false, isError: true };
  const word = group && Object.hasOwn(group, second) ? group[second] : undefined;
  if (word === undefined)
    return { output: `there is no ${[first, second].join(' ').trim()}\n${help()}`, shouldExit: false, isError: true };
  const said = word.say(parts, args);
  if (said === undefined) return { output: `it is ${word.syntax}`, shouldExit: false, isError: true };
  return { output: await said, shouldExit: false };
};

const allWords = (): Word<WordParts>[] => Object.values(groups).flatMap((group) => Object.values(group));

/** How each is typed, as `:session goto <event>`. */
export const wordSyntaxes = (): string[] => [':help', ':quit', ...allWords().map(({ syntax }) => syntax)];

const help = (): string => {
  const all = [
    ...allWords().map(({ syntax, about }) => [syntax, about] as const),
    [':quit', 'leave; the session stays'] as const,
  ];
  const width = Math.max(...all.map(([syntax]) => syntax.length));
  return all.map(([syntax, about]) => `${syntax.padEnd(width)}  ${about}`).join('\n');
};

const linesOf = (all: readonly ReplSummary[]): string => {
  const width = Math.max(0, ...all.map(({ name = '' }) => name.length));
  return all
    .map((summary) => {
      const { name, eventCount, lastAccessed, status } = toReplSession(summary);
      return `${name.padEnd(width)}  last used ${lastAccessed}, ${eventCount} events, ${status}`;
    })
    .join('\n');
};

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KB`;
