import { Problem } from '../contract/problem.ts';
import { textOf } from '../contract/repl.ts';
import type { ReplEntry } from '../contract/repl.ts';
import { longestDescription } from '../contract/repl-notes.ts';
import type { KeptAnnotation, KeptCheckpoint, KeptSnapshot, ReplFork } from '../journal/repl-reads.ts';
import { wholeNumber } from './repl-word.ts';
import type { Told, Word } from './repl-word.ts';

/** What `:session` says of checkpoints, snapshots, the timeline and the journal. */
export interface NoteParts {
  /** Newest first; those before an entry. */
  checkpoints: (page: { before?: number; limit: number }) => Promise<readonly KeptCheckpoint[]>;
  /** That the caller may see, newest first. */
  forks: () => Promise<readonly ReplFork[]>;
  annotate: (
    seq: number,
    change: (was: KeptAnnotation | undefined) => Pick<KeptAnnotation, 'label' | 'description' | 'tags'>,
    told: Told<void>,
  ) => Promise<string>;
  snapshots: () => Promise<readonly KeptSnapshot[]>;
  snapshot: (description: string, told: Told<{ id: string; seq: number }>) => Promise<string>;
  restore: (id: string, told: Told<{ seq: number; stateId: string }>) => Promise<string>;
  /** The last entries, oldest first. */
  trace: (count: number) => Promise<readonly ReplEntry[]>;
}

const shown = 50;
const [usualTrace, longestTrace] = [20, 200];
const [longestText, longestLine] = [longestDescription, 100];

/** An optional place: null where what was typed is none. */
const placeIn = (text: string | undefined): { before?: number } | null => {
  if (text === undefined) return {};
  const before = wholeNumber(text);
  return before === undefined ? null : { before };
};

/** `shown` of them, and how the earlier ones are seen. */
const paged = async (
  { checkpoints }: NoteParts,
  place: { before?: number },
  word: string,
  linesOf: (page: readonly KeptCheckpoint[], isLast: boolean) => string[] | Promise<string[]>,
): Promise<string> => {
  const page = await checkpoints({ ...place, limit: shown + 1 });
  const isLast = page.length <= shown;
  const some = page.slice(0, shown);
  const rest = isLast ? [] : [`earlier ones: :session ${word} ${some.at(-1)?.seq}`];
  return [...(await linesOf(some, isLast)), ...rest].join('\n');
};

export const noteWords: Record<string, Word<{ notes: NoteParts }>> = {
  checkpoints: {
    syntax: ':session checkpoints [before]',
    about: `states that you can go to, newest first, ${shown} at once`,
    say: ({ notes }, [text]) => {
      const place = placeIn(text);
      return place === null ? undefined : paged(notes, place, 'checkpoints', (page) => page.map(checkpointLine));
    },
  },
  timeline: {
    syntax: ':session timeline [before]',
    about: 'the same, with what is said of them and what was forked there',
    say: ({ notes }, [text]) => {
      const place = placeIn(text);
      if (place === null) return undefined;
      return paged(notes, place, 'timeline', async (page, isLast) => {
        const [from, to] = [isLast ? -Infinity : (page.at(-1)?.seq ?? 0), place.before ?? Infinity];
        const forks = (await notes.forks()).filter(({ seq }) => seq >= from && seq < to);
        const lines = [
          ...forks.map((fork) => ({ seq: fork.seq, line: forkLine(fork) })),
          ...page.map((checkpoint) => ({ seq: checkpoint.seq, line: annotatedLine(checkpoint) })),
        ];
        return lines.toSorted((a, b) => b.seq - a.seq).map(({ line }) => line);
      });
    },
  },
  annotate: {
    syntax: ':session annotate <event> <text>',
    about: 'say something of the checkpoint at an event',
    say: ({ notes }, [place, ...words]) => {
      const seq = wholeNumber(place);
      if (seq === undefined || words.length === 0) return undefined;
      const description = bounded(words.join(' '));
      const change = (was?: KeptAnnotation) => ({ label: was?.label ?? '', tags: was?.tags ?? [], description });
      return notes.annotate(seq, change, () => `said of ${seq}`);
    },
  },
  snapshot: {
    syntax: ':session snapshot [description]',
    about: 'keep the state as it is under an id',
    say: async ({ notes }, words) =>
      notes.snapshot(bounded(words.join(' ')), ({ id, seq }) => `snapshot ${id} at ${seq}`),
  },
  snapshots: {
    syntax: ':session snapshots',
    about: 'what is kept, newest first',
    say: async ({ notes }) => {
      const lines = (await notes.snapshots()).map(snapshotLine);
      return lines.length === 0 ? 'there is none yet: :session snapshot makes one' : lines.join('\n');
    },
  },
  resume: {
    syntax: ':session resume <snapshot>',
    about: 'go on from a snapshot: its id, or a part that begins or ends it',
    say: ({ notes }, [part]) => {
      if (part === undefined) return undefined;
      return resume(notes, part);
    },
  },
  trace: {
    syntax: ':session trace [count]',
    about: 'the latest events of the journal',
    say: ({ notes }, [text]) => {
      const count = text === undefined ? usualTrace : wholeNumber(text);
      if (count === undefined || count < 1) return undefined;
      return notes.trace(Math.min(count, longestTrace)).then((all) => all.map(entryLine).join('\n'));
    },
  },
};

const resume = async ({ snapshots, restore }: NoteParts, part: string): Promise<string> => {
  const all = await snapshots();
  const meant =
    all.find(({ id }) => id === part) ?? onlyOf(all.filter(({ id }) => id.startsWith(part) || id.endsWith(part)));
  return restore(meant.id, ({ seq, stateId }) => `at event ${seq} (${stateId})`);
};

const onlyOf = (some: readonly KeptSnapshot[]): KeptSnapshot => {
  const [one, ...others] = some;
  if (one === undefined) throw new Problem('not_found', 'there is no such snapshot; :session snapshots lists them');
  if (others.length > 0)
    throw new Problem('invalid_request', `${some.length} snapshots have an id like that: type more of it`);
  return one;
};

const bounded = (text: string): string => {
  if (text.length <= longestText) return text;
  throw new Problem('invalid_request', `the text has ${text.length} characters, and may have ${longestText}`);
};

const quoted = (text: string): string => (text === '' ? '' : ` “${oneLine(text)}”`);

const checkpointLine = ({ seq, reason, label = '', timestamp }: KeptCheckpoint): string =>
  `${seq}  ${reason}${quoted(label)}  ${isoOf(timestamp)}`;

const annotatedLine = (checkpoint: KeptCheckpoint): string => {
  const { label, annotation } = checkpoint;
  if (annotation === undefined) return checkpointLine(checkpoint);
  const own = annotation.label === (label ?? '') ? '' : annotation.label;
  const said = [own, annotation.description, ...annotation.tags.map((tag) => `#${tag}`)].filter(Boolean).map(oneLine);
  return [checkpointLine(checkpoint), ...said].join('  ');
};

const forkLine = ({ seq, name, id, created }: ReplFork): string =>
  `${seq}  forked as ${oneLine(name)} (${id})  ${isoOf(created)}`;

const snapshotLine = ({ id, seq, description, tags, created }: KeptSnapshot): string =>
  [`${id}  at ${seq}`, isoOf(created), oneLine(description), ...tags.map((tag) => `#${oneLine(tag)}`)]
    .filter(Boolean)
    .join('  ');

const entryLine = (entry: ReplEntry): string =>
  `${entry.seq}  ${isoOf(entry.timestamp)}  ${entry.type}  ${oneLine(wordsOf(entry))}`.trimEnd();

const wordsOf = (entry: ReplEntry): string =>
  entry.type === 'checkpoint' ? `${entry.reason} ${entry.stateId}${quoted(entry.label ?? '')}` : textOf(entry);

/** Short, and without what would break the line or steer a terminal. */
const oneLine = (text: string): string => {
  const line = text
    .slice(0, 4 * longestLine)
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return line.length > longestLine ? `${line.slice(0, longestLine).toWellFormed()}…` : line;
};

const isoOf = (time: number): string => new Date(time).toISOString();
