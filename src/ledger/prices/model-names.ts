/**
 * What a model's id says when the prefixes and suffixes are off that say nothing of the price: who it was asked of, how
 * long a context was let in, whether it thought. What may be another model stays as it is.
 */

/** As it is compared: `Claude-Opus-4-6[1m]` → `claude-opus-4-6`; of an ARN or a resource's path only the id. */
export const plainId = (model: string): string => {
  const id = model
    .trim()
    .toLowerCase()
    .replace(/\[\d+[km]\]$/, '');
  return /^(?:arn:aws|models\/|projects\/|publishers\/)/.test(id) ? id.slice(id.lastIndexOf('/') + 1) : id;
};

/**
 * Ids under which price data may know it, the one that says most first. Vertex has `@` before dates, OpenAI dashes
 * within.
 */
export const idsOf = (plain: string): string[] => {
  const quiet = plain.replace(/[-:]thinking$/, '');
  const dashed = quiet.replace(/@(?:default|latest)$/, '').replace(/@(?=\d{8}$)/, '-');
  const dated = dashed.replace(/-(20\d\d)(\d\d)(\d\d)$/, '-$1-$2-$3');
  return [...new Set([plain, quiet, dashed, dated])];
};

/** `us.anthropic.claude-…`: an id of Amazon's Bedrock; the prefix names the region, if any. */
export const isBedrockId = (plain: string): boolean =>
  /^(?:[a-z]{2,6}(?:-[a-z]{2,6})?\.)?(?:anthropic|amazon)\./.test(plain);

/** `anthropic/claude-…` → `anthropic` and the rest. */
export const prefixOf = (plain: string): { prefix: string; rest: string } | undefined => {
  const at = plain.indexOf('/');
  return at > 0 ? { prefix: plain.slice(0, at), rest: plain.slice(at + 1) } : undefined;
};

/** Everything that a user may call it by, from its whole id to the bare name without provider, region and date. */
export const namesOf = (model: string): string[] => {
  const plain = plainId(model);
  const bare = plain.slice(plain.lastIndexOf('/') + 1);
  const unplaced = bare.replace(/^(?:[a-z-]+\.)?anthropic\./, '').replace(/-v\d+(?::\d+k?)*$/, '');
  const ids = [plain, bare, unplaced].flatMap(idsOf);
  const undated = ids.map((id) => id.replace(/-(?:20\d{6}|20\d\d-\d\d-\d\d)$/, ''));
  return [...new Set([model.trim().toLowerCase(), ...ids, ...undated])];
};
