import type { Schemas } from '../sdk/index.ts';
import { durationWords } from './duration.ts';
import { cut, plain, widthOf } from './plain.ts';
import { paint } from './screen.ts';
import type { Screen } from './screen.ts';
import { shortId } from './session-words.ts';

/** What was said and found, for people: session by session, what fits in colour. */

export type FoundTexts = Schemas['FoundTexts'];
type Found = FoundTexts['texts'][number];

export const searchText = (screen: Screen, { texts, total }: FoundTexts, now: number): string => {
  const sessions = Map.groupBy(texts, ({ session }) => session);
  const blocks = [...sessions.values()].map((some) =>
    [headOf(screen, some[0]!), ...some.map((found) => lineFor(screen, found, now))].join('\n'),
  );
  return [...blocks, ...footOf(screen, texts, total)].join('\n\n');
};

const shortestTitle = 20;

/** On one line, where a person sees it. */
const headOf = (screen: Screen, { title, project, source, session }: Found): string => {
  const facts = [...(project === undefined ? [] : [plain(project)]), plain(source), shortId(session)].join(' · ');
  if (title === undefined) return paint(screen, 'dim', facts);
  const room = screen.isTerminal ? Math.max(shortestTitle, screen.columns - widthOf(facts) - 2) : Infinity;
  return `${paint(screen, 'bold', cut(plain(title), room))}  ${paint(screen, 'dim', facts)}`;
};

const lineFor = (screen: Screen, found: Found, now: number): string =>
  `  ${paint(screen, 'dim', `${speakerOf(found)}, ${ageWords(Date.parse(found.at), now)}:`)} ${snippetWords(screen, found)}`;

const speakerOf = ({ by, agentId }: Found): string => {
  if (by === 'user') return 'you';
  return agentId === undefined ? 'agent' : 'subagent';
};

const minuteMs = 60_000;

/** The largest unit tells enough. */
const ageWords = (at: number, now: number): string =>
  now - at < minuteMs ? 'just now' : `${durationWords(now - at).split(' ')[0]} ago`;

const snippetWords = (screen: Screen, { snippet, marks }: Found): string => {
  let words = '';
  let last = 0;
  for (const { start, end } of marks) {
    words += plain(snippet.slice(last, start)) + paint(screen, 'yellow', plain(snippet.slice(start, end)));
    last = end;
  }
  return words + plain(snippet.slice(last));
};

const footOf = (screen: Screen, texts: readonly Found[], total: number): string[] => {
  const [first] = texts;
  if (first === undefined || !screen.isTerminal) return [];
  const rest = total - texts.length;
  const more = rest > 0 ? [`and ${rest} more; see them with -n`] : [];
  return [paint(screen, 'dim', [...more, `look at a session with: stint show ${shortId(first.session)}`].join(' · '))];
};

/** What to say where some may be missing. */
export const readingWords = ({ index: { state, files = 0, of = 0 } }: FoundTexts): string | undefined => {
  if (state !== 'reading') return undefined;
  const far = of === 0 ? '' : ` (${files} of ${of} files)`;
  return `what was said to agents is still being read${far}: there may be more to find soon`;
};

export const nothingWords = (query: string, isFiltered: boolean): string => {
  const word = beginningIn(query);
  const hints = [
    ...(/\s/.test(query) ? ['all words must occur: try fewer'] : []),
    ...(isFiltered ? ['look without the options'] : []),
    ...(word === undefined ? [] : [`the beginning of a word does too: “${plain(word)}*”`]),
  ];
  return `nothing that was said fits “${plain(query)}”${hints.length === 0 ? '' : `; ${hints.join(', or ')}`}`;
};

/** The first word that is looked for and might be the beginning of a longer one. */
const beginningIn = (query: string): string | undefined => {
  const wanted = query.replaceAll(/-"[^"]*"\*?/g, ' ');
  return /(?<![\p{L}\p{N}-])[\p{L}\p{N}]{3,}(?![\p{L}\p{N}*])/u.exec(wanted)?.[0];
};
