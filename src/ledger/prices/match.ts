/** How the price data says which ids a model or a provider goes by. Ids are compared in lower case. */
export type Match =
  | { readonly or: readonly Match[] }
  | { readonly and: readonly Match[] }
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string };

/**
 * As the data means it, loosely: `claude-sonnet-5` also stands for whatever begins with it. Good enough for providers.
 */
export const isMeant = (match: Match, id: string): boolean => {
  if ('or' in match) return match.or.some((one) => isMeant(one, id));
  if ('and' in match) return match.and.every((one) => isMeant(one, id));
  return foundBy(match, id) !== undefined;
};

/**
 * What begins with (or contains) the text of the data is the same model only when the rest is a date, a revision or a
 * word that does not change the price: `claude-sonnet-4-5-20250929` is `claude-sonnet-4-5`, `claude-sonnet-5-5` is not
 * `claude-sonnet-5`, nor is `gemini-1.5-flash-8b` `gemini-1.5-flash`.
 */
export const isModel = (match: Match, id: string): boolean => {
  if ('or' in match) return match.or.some((one) => isModel(one, id));
  // A regex beside others only excludes some.
  if ('and' in match) return match.and.every((one) => ('regex' in one ? isMeant(one, id) : isModel(one, id)));
  const found = foundBy(match, id);
  return found !== undefined && isPrefix(id.slice(0, found.from)) && isRevision(id.slice(found.until));
};

type Leaf = Exclude<Match, { or: unknown } | { and: unknown }>;

const foundBy = (leaf: Leaf, id: string): { from: number; until: number } | undefined => {
  if ('regex' in leaf) {
    const found = new RegExp(leaf.regex).exec(id);
    return found === null ? undefined : { from: found.index, until: found.index + found[0].length };
  }
  const [kind, text] = Object.entries(leaf)[0]!;
  const part = text.toLowerCase();
  const from = kind === 'ends_with' || kind === 'contains' ? id.lastIndexOf(part) : id.startsWith(part) ? 0 : -1;
  const until = from + part.length;
  const isWhole = kind === 'starts_with' || kind === 'contains' || until === id.length;
  return from >= 0 && isWhole ? { from, until } : undefined;
};

/** Nothing, or a whole prefix: `us.`, `anthropic/`. */
const isPrefix = (before: string): boolean => before === '' || /[/.:]$/.test(before);

const date = /(?:\d{4}-\d\d-\d\d|\d\d-\d{4}|\d{8}|\d{6}|\d{3,4})/.source;
const word = /(?:latest|default|thinking|customtools|instruct|(?:preview|exp)(?:-\d\d-\d\d)?)/.source;
/** Digits right behind the text are the rest of a date that it was cut in; a single one would be another version. */
const rest = new RegExp(`^(?:\\d{4}-\\d\\d-\\d\\d|\\d{2,8})?(?:[-@.](?:${date}|${word}|v\\d+)|:(?:${word}|\\d+k?))*$`);

const isRevision = (after: string): boolean => after === '' || rest.test(after);
