/** The word that was meant, where one is like what was typed; undefined where none is, or nothing tells two apart. */
export const nearest = (typed: string, known: readonly string[]): string | undefined => {
  const text = typed.toLowerCase();
  const most = Math.min(2, Math.floor(text.length / 3));
  const far = known
    .map((word) => ({ word, edits: editsBetween(text, word.toLowerCase()) }))
    .filter(({ edits }) => edits <= most)
    .toSorted((a, b) => a.edits - b.edits);
  return far[0]?.edits === far[1]?.edits ? undefined : far[0]?.word;
};

/** Letters put in, left out or changed; of two rows of the usual table the last is kept. */
const editsBetween = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const letter of a) {
    const next = [(row[0] ?? 0) + 1];
    for (let i = 1; i <= b.length; i += 1) {
      const changed = (row[i - 1] ?? 0) + (letter === b[i - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[i] ?? 0) + 1, (next[i - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};
