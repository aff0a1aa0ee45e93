const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** A column for each amount, the most as high as a line is; anything at all shows, and nothing is a dot. */
export const sparkOf = (amounts: readonly number[]): string => {
  const most = Math.max(...amounts, 0);
  const levelOf = (amount: number) => levels[Math.max(1, Math.ceil((amount / most) * levels.length)) - 1];
  return amounts.map((amount) => (amount > 0 ? levelOf(amount) : '·')).join('');
};
