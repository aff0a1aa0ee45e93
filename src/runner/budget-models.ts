import { isBedrockId, plainId } from '../ledger/prices/model-names.ts';

/**
 * Whether a budget's model is the one that was used, as people name models: who it was asked of says nothing, and of one without a
 * date any date fits. One with a date is only that.
 *
 *     isModelOf('claude-opus-4-5', 'anthropic/claude-opus-4-5-20251101') // true
 *     isModelOf('claude-opus-4-5-20251101', 'claude-opus-4-5')           // false
 */
export const isModelOf = (asked: string, used: string): boolean => {
  const [wanted, found] = [familyOf(asked), familyOf(used)];
  return wanted.name === found.name && (wanted.date === undefined || wanted.date === found.date);
};

const familyOf = (model: string): { name: string; date: string | undefined } => {
  const bare = unplaced(plainId(model)).replace(/@(?:default|latest)$/, '');
  const [, name = bare, year, , month, day] = /^(.+)[-@](20\d\d)(-?)(\d\d)\3(\d\d)$/.exec(bare) ?? [];
  return { name, date: year && `${year}${month}${day}` };
};

/** Without provider and region; only Bedrock's ids end in a version that is no part of the name. */
const unplaced = (id: string): string => {
  const bare = id.slice(id.lastIndexOf('/') + 1);
  if (!isBedrockId(bare)) return bare;
  return bare.replace(/^(?:[a-z-]+\.)?(?:anthropic|amazon)\./, '').replace(/-v\d+(?::\d+k?)*$/, '');
};
