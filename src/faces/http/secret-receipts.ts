import type { Receipt, ReceiptName } from '../../journal/journal.ts';
import { receiptsKeptMs } from '../../runner/once.ts';

const mostKept = 10_000;

/**
 * Receipts of requests that are answered with a secret. They are kept in memory alone, since in the journal they would put the
 * secret on the disk: a restart forgets them, and where there are too many the oldest go.
 */
export class SecretReceipts {
  /** In order of time. */
  readonly #kept = new Map<string, Receipt>();

  async receipt(name: ReceiptName): Promise<Receipt | undefined> {
    return this.#kept.get(textOf(name));
  }

  keep(receipt: Receipt): void {
    const name = textOf(receipt);
    this.#kept.delete(name);
    this.#kept.set(name, receipt);
    for (const [oldest, { at }] of this.#kept) {
      if (at > receipt.at - receiptsKeptMs && this.#kept.size <= mostKept) return;
      this.#kept.delete(oldest);
    }
  }
}

const textOf = ({ caller, route, key }: ReceiptName): string => JSON.stringify([caller, route, key]);
