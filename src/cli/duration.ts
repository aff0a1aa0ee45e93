/** Lengths of time, as people type and read them. */

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;
type Unit = keyof typeof unitMs;
const units = Object.keys(unitMs) as Unit[];
const longestMs = 366 * unitMs.d;

const part = String.raw`\d{1,9}(?:\.\d{1,9})?`;
const whole = new RegExp(`^${units.map((unit) => String.raw`(?:(${part})\s?${unit}\s?)?`).join('')}$`, 'i');
const expected = 'A duration looks like 5h, 90m, 1h30m, 45s or 2d';

/** `1h30m` → 5,400,000 ms. Units go from large to small, each once; a number without one is refused, as it could mean any. */
export const parseDuration = (text: string): number => {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) throw new Error(`Say the unit: ${trimmed}m are minutes, ${trimmed}h hours`);
  const found = whole.exec(trimmed)?.slice(1) ?? [];
  const given = units.flatMap((unit, index) => (found[index] === undefined ? [] : [{ unit, amount: found[index] }]));
  if (given.length === 0 || given.slice(0, -1).some(({ amount }) => amount.includes('.'))) throw new Error(expected);
  const ms = Math.round(given.reduce((sum, { unit, amount }) => sum + Number(amount) * unitMs[unit], 0));
  if (ms <= 0) throw new Error('A duration is more than nothing');
  if (ms > longestMs) throw new Error('A duration is at most 366 days');
  return ms;
};

/** For reading: the two largest units, rounded down. `5h`, `1h 30m`, `12m 5s`, `2d 4h`; below a second `0s`. */
export const durationWords = (ms: number): string => {
  const first = units.findIndex((unit) => ms >= unitMs[unit]);
  if (first < 0) return '0s';
  const [large, small] = [units[first], units[first + 1]] as [Unit, Unit | undefined];
  const count = Math.floor(ms / unitMs[large]);
  const rest = small === undefined ? 0 : Math.floor((ms % unitMs[large]) / unitMs[small]);
  return rest === 0 ? `${count}${large}` : `${count}${large} ${rest}${small}`;
};

/** What is left, rounded up to whole seconds, so that it reads `5h` at the start and `0s` only at the end. */
export const remainingWords = (ms: number): string => durationWords(Math.ceil(ms / 1000) * 1000);

/** For a display that counts: always both units, so that it keeps its width. `0m 45s`, `12m 05s`, `4h 59m`, `2d 04h`. */
export const countingWords = (ms: number): string => {
  const known = Math.max(0, ms);
  const [large, small] = pairs.find(([unit]) => known >= unitMs[unit]) ?? ['m', 's'];
  const rest = Math.floor((known % unitMs[large]) / unitMs[small]);
  return `${Math.floor(known / unitMs[large])}${large} ${String(rest).padStart(2, '0')}${small}`;
};

const pairs: readonly (readonly [Unit, Unit])[] = [
  ['d', 'h'],
  ['h', 'm'],
];
