/** A figure at a moment of a measure. */
export interface Point {
  atMs: number;
  value: number;
}

/** The slope of the line that fits best (least squares), an hour. */
export const slopePerHour = (points: readonly Point[]): number => {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [time, value] = [mean(({ atMs }) => atMs), mean((point) => point.value)];
  const covariance = mean((point) => (point.atMs - time) * (point.value - value));
  return (covariance / mean(({ atMs }) => (atMs - time) ** 2)) * 3_600_000;
};

/** Of each stretch of time the point that is lowest. */
export const leastIn = (points: readonly Point[], stretchMs: number): Point[] => {
  const least = new Map<number, Point>();
  for (const point of points) {
    const stretch = Math.floor(point.atMs / stretchMs);
    const met = least.get(stretch);
    if (!met || point.value < met.value) least.set(stretch, point);
  }
  return [...least.values()];
};
