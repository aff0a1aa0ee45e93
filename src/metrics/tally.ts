import { Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

declare module 'prom-client' {
  interface Histogram<T extends string = string> {
    /** What the registry asks for when it makes text; prom-client's types leave it out. */
    getForPromString(): ReturnType<Histogram<T>['get']>;
  }
}

/** One series of a histogram, counted with as little as that takes: every request passes here. */
export class Tally {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? Infinity)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  /** How many were at most as large as each bound, the last of them +Inf; and the sum of all. */
  told(): { upTo: (readonly [bound: number | '+Inf', count: number])[]; count: number; sum: number } {
    let count = 0;
    const upTo = this.#counts.map((n, i) => [this.#bounds[i] ?? '+Inf', (count += n)] as const);
    return { upTo, count, sum: this.#sum };
  }
}

interface Named<L extends string> {
  name: string;
  help: string;
  buckets: number[];
  labelNames?: L[];
}

/** A histogram of tallies: prom-client's own takes some microseconds for each value, this one as many tenths. */
export class TalliedHistogram<L extends string = never> extends Histogram<L> {
  readonly #named: Named<L>;
  readonly #series: { labels: Partial<Record<L, string>>; tally: Tally }[] = [];

  constructor(registry: Registry, named: Named<L>) {
    super({ ...named, registers: [] });
    this.#named = named;
    registry.registerMetric(this);
  }

  /** A series of its own; to be asked for once for the same labels. */
  series(labels: Partial<Record<L, string>>): Tally {
    const tally = new Tally(this.#named.buckets);
    this.#series.push({ labels, tally });
    return tally;
  }

  override async getForPromString() {
    const { name } = this.#named;
    const values = this.#series.flatMap(({ labels, tally }) => {
      const { upTo, count, sum } = tally.told();
      return [
        ...upTo.map(([le, value]) => ({ labels: { ...labels, le }, value, metricName: `${name}_bucket` })),
        { labels, value: sum, metricName: `${name}_sum` },
        { labels, value: count, metricName: `${name}_count` },
      ];
    });
    return { ...(await super.getForPromString()), values };
  }
}
