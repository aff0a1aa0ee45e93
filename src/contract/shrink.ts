/**
 * Counts that add up to `rest`, in the proportions of these. Each is rounded where it ends in the sum of those before, so that no
 * token is lost or made.
 */
export const shrunk = <const T extends readonly number[]>(
  counts: T,
  rest: number,
): { -readonly [i in keyof T]: number } => {
  const whole = counts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  let given = 0;
  const each = counts.map((count) => {
    before += count;
    const until = before === whole ? rest : Math.round((before * rest) / whole);
    const own = until - given;
    given = until;
    return own;
  });
  return each as { -readonly [i in keyof T]: number };
};
