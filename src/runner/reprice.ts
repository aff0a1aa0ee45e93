import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LedgerRow, PlacedRow, UsageStep } from '../contract/usage.ts';
import type { Ledger } from '../journal/usage.ts';
import { costOf } from '../ledger/settle.ts';
import type { Pricing } from '../ledger/settle.ts';

/**
 * Prices responses anew when the prices have changed, from the ledger alone.
 *
 *  P1  Afterwards a row costs what it would cost if it came in now. What was reported with its cost keeps that.
 *  P2  A row is priced as it was read or not at all: one that changes meanwhile is priced by who changes it.
 *  P3  A batch at a time, so that whoever else writes has their turn; one that breaks off leaves rows that the next finds.
 */
export interface RepriceParts {
  ledger: Pick<Ledger, 'pricedOtherwise' | 'keepUsage'>;
  prices: Pricing & { renew(): Promise<void> };
  /** Hears when costs have changed. */
  onChanged: () => void;
}

/** A model whose responses cost something else now. */
interface ModelRepriced {
  model: string;
  responses: number;
  beforePico: number;
  afterPico: number;
}

export interface Repriced {
  version: string;
  /** Responses that had been priced by other prices. */
  repriced: number;
  /** Those of them that cost something else now, or have a price only now, or none any more. */
  changed: number;
  /** Those of them that have no price. */
  unpriced: number;
  /** What they cost together, as far as they had a price. */
  beforePico: number;
  afterPico: number;
  /** By what they cost now and before, most first. */
  models: readonly ModelRepriced[];
}

const batch = 500;

export class Reprice {
  readonly #parts: RepriceParts;
  #lane: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(parts: RepriceParts) {
    this.#parts = parts;
  }

  /** Reads the user's own prices again first. Rejects where they can't be used, and then nothing has changed. */
  run(): Promise<Repriced> {
    return this.#inTurn(async () => {
      await this.#parts.prices.renew();
      return this.#all();
    });
  }

  /** By the prices as they are. */
  catchUp(): Promise<Repriced> {
    return this.#inTurn(() => this.#all());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#lane;
  }

  #inTurn(work: () => Promise<Repriced>): Promise<Repriced> {
    const done = this.#lane.then(work);
    this.#lane = done.catch(() => undefined);
    return done;
  }

  async #all(): Promise<Repriced> {
    const { ledger, prices, onChanged } = this.#parts;
    const { version } = prices;
    const tally = new Tally();
    const pageAfter = (id: number) => ledger.pricedOtherwise(version, id, batch);
    for (let page = await pageAfter(0); page.length > 0 && !this.#isStopped;) {
      const steps = page.map((placed) => stepOf(placed, prices));
      const [next] = await Promise.all([pageAfter(page.at(-1)!.id), ledger.keepUsage(steps)]);
      page.forEach(({ row }, i) => tally.add(row, steps[i]!.costPico));
      page = next;
      await nextTurn();
    }
    if (tally.changed > 0) onChanged();
    return { version, ...tally.told };
  }
}

type PriceStep = Extract<UsageStep, { do: 'price' }>;

const stepOf = ({ id, revision, row }: PlacedRow, prices: Pricing): PriceStep => ({
  do: 'price',
  id,
  revision,
  was: row.costPico,
  costPico: costOf(row, prices),
  priceVersion: prices.version,
});

class Tally {
  #repriced = 0;
  #unpriced = 0;
  #beforePico = 0;
  #afterPico = 0;
  readonly #models = new Map<string, ModelRepriced>();
  changed = 0;

  add({ model, costPico: was }: LedgerRow, costPico: number | null): void {
    const [beforePico, afterPico] = [was ?? 0, costPico ?? 0];
    this.#repriced += 1;
    this.#beforePico += beforePico;
    this.#afterPico += afterPico;
    if (costPico === null) this.#unpriced += 1;
    if (was === costPico) return;
    this.changed += 1;
    const met = this.#models.get(model);
    this.#models.set(model, {
      model,
      responses: (met?.responses ?? 0) + 1,
      beforePico: (met?.beforePico ?? 0) + beforePico,
      afterPico: (met?.afterPico ?? 0) + afterPico,
    });
  }

  get told(): Omit<Repriced, 'version'> {
    return {
      repriced: this.#repriced,
      changed: this.changed,
      unpriced: this.#unpriced,
      beforePico: this.#beforePico,
      afterPico: this.#afterPico,
      models: [...this.#models.values()].toSorted((a, b) => weightOf(b) - weightOf(a)),
    };
  }
}

const weightOf = ({ beforePico, afterPico }: ModelRepriced): number => Math.max(beforePico, afterPico);
