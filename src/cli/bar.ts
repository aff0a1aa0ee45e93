const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** How much of a whole is gone, `width` columns long; over the whole it is full. Anything at all shows, and only all is full. */
export const barOf = (fraction: number, width: number): { full: string; rest: string } => {
  const parts = width * 8;
  const exact = Math.min(1, Math.max(0, fraction || 0)) * parts;
  const gone = exact > 0 && exact < 1 ? 1 : Math.floor(exact);
  const full = '█'.repeat(gone >> 3) + (eighths[gone & 7] ?? '');
  return { full, rest: '░'.repeat(width - full.length) };
};
