/**
 * The pace at which tokens are used, for projections. Rows are placed by their timestamps in active time; rows at the same
 * place make one point, and the latest points are all that a projection needs.
 *
 * An interval runs from one point to the next and carries the tokens of the row that ends it. An interval of zero length
 * (between rows at the same point) is joined to the next, so all rows of a point but its first count in the interval after it.
 */
export interface Pace {
  /** Rows of usage so far. */
  rows: number;
  /** The latest points, by place. */
  points: readonly Point[];
}

interface Point {
  /** Active time at the point, ms. */
  place: number;
  /** Timestamp of the point's first row: rows of one point (in a pause) are ordered by it. */
  firstAt: number;
  first: number;
  rest: number;
}

/** Tokens a minute now, and how even the pace was lately. */
export interface Rate {
  tokensPerMinute: number;
  /** 0–1. */
  confidence: number;
}

const intervalsKept = 10;
const intervalsForConfidence = 5;
const weightPerStepBack = 0.8;
const msPerMinute = 60_000;

export const noPace: Pace = { rows: 0, points: [] };

/** The pace after one more row. */
export const withRow = (pace: Pace, row: { place: number; timestamp: number; tokens: number }): Pace => {
  const { points } = pace;
  const at = points.findLastIndex((point) => point.place <= row.place);
  const met = points[at];
  const next =
    met?.place === row.place
      ? points.with(at, joined(met, row))
      : points.toSpliced(at + 1, 0, { place: row.place, firstAt: row.timestamp, first: row.tokens, rest: 0 });
  return { rows: pace.rows + 1, points: next.slice(-(intervalsKept + 1)) };
};

const joined = (point: Point, row: { timestamp: number; tokens: number }): Point =>
  row.timestamp < point.firstAt
    ? { ...point, firstAt: row.timestamp, first: row.tokens, rest: point.rest + point.first }
    : { ...point, rest: point.rest + row.tokens };

/** Rates of the latest intervals, tokens a minute, oldest first. */
const rates = (points: readonly Point[]): number[] =>
  points.slice(1).map((point, i) => {
    const before = points[i] as Point;
    return ((before.rest + point.first) * msPerMinute) / (point.place - before.place);
  });

/** Weighted rate of the last ten intervals (0.8 per step back) and the confidence in it; zeros where there is no interval. */
export const rateOf = (pace: Pace): Rate => {
  const latest = rates(pace.points);
  let weight = 1;
  let weights = 0;
  let sum = 0;
  for (const rate of latest.toReversed()) {
    sum += rate * weight;
    weights += weight;
    weight *= weightPerStepBack;
  }
  return {
    tokensPerMinute: weights === 0 ? 0 : sum / weights,
    confidence: evenness(latest.slice(-intervalsForConfidence)),
  };
};

/** 1 − standard deviation ÷ mean, clamped to 0–1; 0 for fewer than three rates. */
const evenness = (values: readonly number[]): number => {
  if (values.length < 3) return 0;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (mean <= 0) return 0;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.min(1, Math.max(0, 1 - Math.sqrt(variance) / mean));
};
