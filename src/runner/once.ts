import { Problem } from '../contract/problem.ts';
import type { Journal, ReceiptName } from '../journal/journal.ts';
import type { Clock } from './clock.ts';
import type { Answer, ReceiptStub } from './runner.ts';

/** Receipts are kept this long. */
export const receiptsKeptMs = 24 * 3600_000;
const patienceMs = 10_000;

interface UnderWay {
  fingerprint: string;
  answer: Promise<Answer>;
}

/**
 * Requests with an `Idempotency-Key` have one effect and one answer, however often they are sent: the first is performed and
 * leaves its receipt in the transaction of its events; the others wait for it or find the receipt.
 */
export class Once {
  readonly #receipts: Pick<Journal, 'receipt'>;
  readonly #clock: Clock;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(receipts: Pick<Journal, 'receipt'>, clock: Clock) {
    this.#receipts = receipts;
    this.#clock = clock;
  }

  /** `perform` is given the receipt's beginning and hands it to the runner. */
  async answer(
    name: ReceiptName,
    fingerprint: string,
    perform: (receipt: ReceiptStub) => Promise<Answer>,
  ): Promise<Answer> {
    const key = JSON.stringify([name.caller, name.route, name.key]);
    const met = this.#underWay.get(key);
    if (met) {
      sameBody(met.fingerprint, fingerprint);
      return inTime(met.answer);
    }
    const answer = this.#first(name, fingerprint, perform);
    this.#underWay.set(key, { fingerprint, answer });
    try {
      return await answer;
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #first(
    name: ReceiptName,
    fingerprint: string,
    perform: (receipt: ReceiptStub) => Promise<Answer>,
  ): Promise<Answer> {
    const receipt = await this.#receipts.receipt(name);
    if (receipt && receipt.at > this.#clock.now() - receiptsKeptMs) {
      sameBody(receipt.fingerprint, fingerprint);
      return { status: receipt.status, body: receipt.body };
    }
    return perform({ ...name, fingerprint });
  }
}

const sameBody = (first: string, second: string): void => {
  if (first === second) return;
  throw new Problem('idempotency_key_reused', 'this Idempotency-Key was used with another body; use a new key');
};

const inTime = async (answer: Promise<Answer>): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = 'the first request with this Idempotency-Key is still under way; try again in a moment';
    timer = setTimeout(() => reject(new Problem('request_in_progress', message)), patienceMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};
