/** Counts of tokens, as people type and read them. */

const powerOf: Record<string, number> = { '': 0, k: 3, m: 6, g: 9 };
const expected = 'A count looks like 500, 200k, 1.5M or 200_000';

/** `200k` → 200,000. k, M and G in either case, `_` between digits; exact, so that 1.1M is 1,100,000. */
export const parseCount = (text: string): number => {
  const found = /^(\d+(?:_\d+)*)(?:\.(\d+))?([kmg]?)$/i.exec(text.trim());
  if (!found) throw new Error(expected);
  const [, digits = '', decimals = '', unit = ''] = found;
  const power = powerOf[unit.toLowerCase()] ?? 0;
  // Digits are moved, not multiplied: a binary fraction would not come out whole.
  const kept = decimals.replace(/0+$/, '');
  if (kept.length > power) throw new Error('A count is whole');
  const count = Number(digits.replaceAll('_', '') + kept.padEnd(power, '0'));
  if (count < 1) throw new Error('A count is 1 or more');
  if (!Number.isSafeInteger(count)) throw new Error('A count this large can’t be kept exactly');
  return count;
};

/** Like a count, but 0 is one too. */
export const parseCountOrZero = (text: string): number => (/^0+$/.test(text.trim()) ? 0 : parseCount(text));

const steps = [
  { from: 1e9, unit: 'G' },
  { from: 1e6, unit: 'M' },
  { from: 1e3, unit: 'k' },
] as const;

/** For reading, to three digits: `999`, `1.5k`, `48.2k`, `200k`, `1.32M`. */
export const countWords = (count: number): string => {
  const amount = Math.abs(count);
  // What would be rounded up to 1000 of a unit belongs to the next one.
  const step = amount < 1000 ? undefined : steps.find(({ from }) => amount >= from * 0.9995);
  if (step === undefined) return String(Math.round(count));
  const scaled = count / step.from;
  const whole = Math.trunc(Math.abs(scaled)).toString().length;
  return `${Number(scaled.toFixed(Math.max(0, 3 - whole)))}${step.unit}`;
};

/** `48 %`; a share that is not all yet never reads 100. */
export const percentWords = (used: number, of: number): string => `${Math.floor((used * 100) / of)} %`;
