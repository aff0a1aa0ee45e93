/** How the price data says which ids a model or a provider goes by. Ids are compared in lower case. */
export type Match =
  | { readonly or: readonly Match[] }
  | { readonly and: readonly Match[] }
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string };

/** As the data means it, loosely: `claude-sonnet-5` also stands for whatever begins with it. Good enough for providers. */
export const isMeant = (match: Match, id: string): boolean => leafOf(match, id, isMeant) ?? regexOf(match, id);

/**
 * What begins with (or contains) the text of the data is the same model only when the rest is a date, a revision or a word that
 * does not change the price: `claude-sonnet-4-5-20250929` is `claude-sonnet-4-5`, `claude-sonnet-5-5` is not
 * `claude-sonnet-5`, nor is `gemini-1.5-flash-8b` `gemini-1.5-flash`.
 */
export const isModel = (match: Match, id: string): boolean => {
  const within = textWithin(match);
  if (within === undefined) return leafOf(match, id, isModel) ?? regexOf(match, id);
  const at = 'starts_with' in match ? 0 : id.lastIndexOf(within);
  return (
    at >= 0 && id.startsWith(within, at) && beginsThere(id.slice(0, at)) && isRevision(id.slice(at + within.length))
  );
};

const leafOf = (match: Match, id: string, is: (match: Match, id: string) => boolean): boolean | undefined => {
  if ('or' in match) return match.or.some((one) => is(one, id));
  if ('and' in match) return match.and.every((one) => is(one, id));
  if ('equals' in match) return id === match.equals.toLowerCase();
  if ('starts_with' in match) return id.startsWith(match.starts_with.toLowerCase());
  if ('ends_with' in match) return id.endsWith(match.ends_with.toLowerCase());
  return 'contains' in match ? id.includes(match.contains.toLowerCase()) : undefined;
};

const regexOf = (match: Match, id: string): boolean => 'regex' in match && new RegExp(match.regex).test(id);

const textWithin = (match: Match): string | undefined => {
  if ('starts_with' in match) return match.starts_with.toLowerCase();
  if ('ends_with' in match) return match.ends_with.toLowerCase();
  return 'contains' in match ? match.contains.toLowerCase() : undefined;
};

/** Nothing before it, or a whole prefix: `us.`, `anthropic/`. */
const beginsThere = (before: string): boolean => before === '' || /[/.:]$/.test(before);

const date = /(?:\d{4}-\d\d-\d\d|\d\d-\d{4}|\d{3,8})/.source;
const word = /(?:latest|default|thinking|customtools|instruct|(?:preview|exp)(?:-\d\d-\d\d)?)/.source;
const revision = /(?:v\d+|:\d+k?)/.source;
/** Digits right behind the text are the rest of a date that it was cut in; one digit more would be another version. */
const rest = new RegExp(`^(?:\\d{4}-\\d\\d-\\d\\d|\\d{2,8})?(?:[-@:.](?:${date}|${word}|v\\d+)|${revision})*$`);

const isRevision = (after: string): boolean => after === '' || rest.test(after);
