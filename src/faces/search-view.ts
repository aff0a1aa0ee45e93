import type { z } from 'zod';
import type { foundTextsSchema } from '../contract/search.ts';
import { invalid } from '../contract/problem.ts';
import type { FoundText, SearchState, TextsFound, TextWalk } from '../journal/search.ts';

/** What was found, in the words of the contract. */

type FoundTexts = z.infer<typeof foundTextsSchema>;

/** How many files there are to read is the owner's to know: they are theirs. */
export const toFoundTexts = (
  { texts, total, next }: TextsFound,
  { is, ...files }: SearchState,
  isOwner: boolean,
): FoundTexts => ({
  texts: texts.map(toFoundText),
  total,
  ...(next && { cursor: walkCursor(next) }),
  index: { state: is, ...(isOwner && files) },
});

const toFoundText = ({ session, sessionId, agentId, source, project, title, at, by, ...found }: FoundText) => ({
  session,
  agentSession: sessionId,
  ...(agentId !== undefined && { agentId }),
  source,
  ...(project !== undefined && { project }),
  ...(title !== undefined && { title }),
  at: new Date(at).toISOString(),
  by,
  snippet: found.snippet,
  marks: found.marks.map(({ start, end }) => ({ start, end })),
  ...(found.isCut && { cut: true as const }),
});

/** Opaque to the caller. */
const walkCursor = ({ now, offset, upTo = 0 }: TextWalk): string =>
  Buffer.from(`${now}.${offset}.${upTo}`).toString('base64url');

export const walkOf = (cursor: string): TextWalk => {
  const [, now, offset, upTo] =
    /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (upTo === undefined) throw invalid([{ path: 'cursor', message: 'is not one that a search answered' }]);
  return { now: Number(now), offset: Number(offset), upTo: Number(upTo) };
};
