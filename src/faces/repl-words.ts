import type { Checkpoint } from '../runner/repl/repl-journal.ts';
import { toReplCheckpoint, toReplMetrics, toReplSession } from './repl-view.ts';
import type { ReplSummary } from './repl-view.ts';

/** Commands that begin with a colon are about the session, and none of its code. */

export interface WordParts {
  session: ReplSummary;
  /** Those that the caller may see. */
  list: () => Promise<readonly ReplSummary[]>;
  checkpoints: () => Promise<readonly Checkpoint[]>;
  checkpoint: (label: string | undefined) => Promise<Checkpoint>;
  goto: (seq: number) => Promise<{ seq: number; stateId: string }>;
  fork: (name: string, seq: number | undefined) => Promise<string>;
  save: () => Promise<void>;
}

export interface Said {
  output: string;
  shouldExit: boolean;
}

interface Word {
  syntax: string;
  about: string;
  /** Undefined where what was typed does not fit the syntax. */
  say: (parts: WordParts, args: readonly string[]) => Promise<string> | undefined;
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

const words: Record<string, Word> = {
  list: {
    syntax: ':session list',
    about: 'your REPL sessions',
    say: async ({ list }) => (await list()).map(lineOf).join('\n'),
  },
  save: {
    syntax: ':session save',
    about: 'write what is not written yet (all that was answered is)',
    say: ({ save }) => save().then(() => 'saved'),
  },
  checkpoints: {
    syntax: ':session checkpoints',
    about: 'states that you can go to, newest first',
    say: async ({ checkpoints }) => (await checkpoints()).map(checkpointLine).join('\n'),
  },
  checkpoint: {
    syntax: ':session checkpoint [label]',
    about: 'name the state as it is',
    say: async ({ checkpoint }, args) => {
      const label = args.join(' ').slice(0, 200);
      return `checkpoint at ${(await checkpoint(label === '' ? undefined : label)).seq}`;
    },
  },
  goto: {
    syntax: ':session goto <event>',
    about: 'back to the state after an event',
    say: ({ goto }, [text]) => {
      const seq = wholeNumber(text);
      return seq === undefined ? undefined : goto(seq).then(({ stateId }) => `at event ${seq} (${stateId})`);
    },
  },
  fork: {
    syntax: ':session fork <name> [event]',
    about: 'a session that goes on beside this one',
    say: ({ fork }, [name, text]) => {
      const seq = wholeNumber(text);
      if (name === undefined || (text !== undefined && seq === undefined)) return undefined;
      return fork(name, seq).then(() => `forked as ${name}`);
    },
  },
  metrics: {
    syntax: ':session metrics',
    about: 'what the session has taken',
    say: async ({ session }) => {
      const { commandCount, averageExecutionTime, peakMemoryUsage, sessionSize } = toReplMetrics(session);
      return [
        `commands  ${commandCount}, ${averageExecutionTime.toFixed(1)} ms each`,
        `memory    ${kilobytes(peakMemoryUsage)} at the most`,
        `size      ${kilobytes(sessionSize)}`,
      ].join('\n');
    },
  },
};

export const isWord = (command: string): boolean => /^\s*:/.test(command);

/** What a command with a colon has to say; one that is not known says which there are. */
export const sayWord = async (command: string, parts: WordParts): Promise<Said> => {
  const [first = '', second = '', ...args] = command.trim().split(/\s+/);
  if (first === ':quit') return { output: '', shouldExit: true };
  if (first === ':help') return { output: help(), shouldExit: false };
  const word = first === ':session' && Object.hasOwn(words, second) ? words[second] : undefined;
  if (word === undefined)
    return { output: `there is no ${[first, second].join(' ').trim()}\n${help()}`, shouldExit: false };
  const said = word.say(parts, args);
  return { output: said === undefined ? `it is ${word.syntax}` : await said, shouldExit: false };
};

const help = (): string => {
  const all = [
    ...Object.values(words).map(({ syntax, about }) => [syntax, about] as const),
    [':quit', 'leave; the session stays'] as const,
  ];
  const width = Math.max(...all.map(([syntax]) => syntax.length));
  return all.map(([syntax, about]) => `${syntax.padEnd(width)}  ${about}`).join('\n');
};

const lineOf = (summary: ReplSummary): string => {
  const { name, eventCount, lastAccessed, status } = toReplSession(summary);
  return `${name}  ${eventCount} events, ${status}, last used ${lastAccessed}`;
};

const checkpointLine = (checkpoint: Checkpoint): string => {
  const { seq, reason, label, timestamp } = toReplCheckpoint(checkpoint);
  return `${seq}  ${reason}${label === undefined ? '' : ` “${label}”`}  ${timestamp}`;
};

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KB`;
