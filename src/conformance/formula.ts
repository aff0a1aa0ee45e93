/** The contract's formulas for usage, worked out from the rows alone, in no other way than its sentences say. */

export interface Row {
  /** Active time at the row's timestamp, ms. */
  place: number;
  timestamp: number;
  tokens: number;
}

const msPerMinute = 60_000;

/** Tokens a minute in each interval between consecutive rows by timestamp; one of zero length is joined to the next. */
const intervalRates = (rows: readonly Row[]): number[] => {
  const inOrder = rows.toSorted((a, b) => a.timestamp - b.timestamp);
  const rates: number[] = [];
  let from = inOrder[0]?.place ?? 0;
  let tokens = 0;
  for (const row of inOrder.slice(1)) {
    tokens += row.tokens;
    if (row.place === from) continue;
    rates.push((tokens * msPerMinute) / (row.place - from));
    from = row.place;
    tokens = 0;
  }
  return rates;
};

/** Weighted rate of the last 10 intervals, 0.8 per step back, tokens a minute. */
export const currentRate = (rows: readonly Row[]): number => {
  const latestFirst = intervalRates(rows).slice(-10).toReversed();
  const weights = latestFirst.map((_, back) => 0.8 ** back);
  const sum = latestFirst.reduce((all, rate, back) => all + rate * (weights[back] ?? 0), 0);
  return latestFirst.length === 0 ? 0 : sum / weights.reduce((a, b) => a + b, 0);
};

/** clamp(1 − stdev ÷ mean of the last 5 interval rates, 0, 1), 0 under 3 intervals. */
export const confidence = (rows: readonly Row[]): number => {
  const rates = intervalRates(rows).slice(-5);
  if (rates.length < 3) return 0;
  const mean = rates.reduce((a, b) => a + b, 0) / rates.length;
  const stdev = Math.sqrt(rates.reduce((all, rate) => all + (rate - mean) ** 2, 0) / rates.length);
  return Math.min(1, Math.max(0, 1 - stdev / mean));
};

export const totalOf = (rows: readonly Row[]): number => rows.reduce((all, { tokens }) => all + tokens, 0);

/** Rate × remaining active minutes + total, rounded; with under 3 rows the total. */
export const projectedTotal = (rows: readonly Row[], remainingMs: number): number =>
  rows.length < 3 ? totalOf(rows) : Math.round((currentRate(rows) * remainingMs) / msPerMinute + totalOf(rows));

/** (budget − total) ÷ rate, minutes. */
export const timeToLimit = (rows: readonly Row[], budget: number): number =>
  (budget - totalOf(rows)) / currentRate(rows);

/** Total ÷ active minutes since the start, at least one second of them. */
export const averagePerMinute = (total: number, elapsedMs: number): number =>
  (total * msPerMinute) / Math.max(1000, elapsedMs);
