/** Where a text is found in another, case ignored, and what is shown of that. */

/** Of what stands before it, and from it on. */
const [leadChars, restChars] = [60, 180];

/** The excerpt of a text, on one line; undefined where it is not found. An empty text is found nowhere. */
export const matcherOf = (wanted: string): ((text: string) => string | undefined) => {
  if (wanted === '') return () => undefined;
  const pattern = new RegExp(RegExp.escape(wanted), 'iu');
  return (text) => {
    const at = pattern.exec(text)?.index;
    return at === undefined ? undefined : excerptOf(text, at);
  };
};

const excerptOf = (text: string, at: number): string => {
  const from = Math.max(0, at - leadChars);
  const to = Math.min(text.length, at + restChars);
  const part = `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
  return withoutHalves(part).replaceAll(/\s+/g, ' ').trim();
};

/** What a cut has left of a character at either end. */
const withoutHalves = (text: string): string =>
  text.replace(/^(…?)[\udc00-\udfff]/, '$1').replace(/[\ud800-\udbff](…?)$/, '$1');
