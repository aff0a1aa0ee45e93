import type { Schemas } from '../../sdk/index.ts';

/** What a command came to. */
export interface Ran {
  output: string;
  shouldExit: boolean;
  as: 'value' | 'error' | 'stopped';
  /** Of its input in the session's journal; absent for a word, which is not in it. */
  seq?: number;
  /** How many characters of the output it printed; its value or its error is the rest. */
  printed: number;
  /** How many of them were shown while it ran. */
  shown: number;
}

const known = ['value', 'error', 'stopped'] as const;

/** `header`: as `X-Stint-Outcome` says, `error;seq=5;printed=12`. */
export const outcomeOf = ({ output, shouldExit }: Schemas['ExecuteResponse'], header: string): Ran => {
  const [word, ...parameters] = header.split(';').map((part) => part.trim());
  const as = known.find((one) => one === word) ?? 'value';
  const numbers = new Map(parameters.map((part) => [part.split('=')[0], Number(part.split('=')[1])]));
  const [seq, printed = 0] = [numbers.get('seq'), numbers.get('printed')];
  return { output, shouldExit, as, printed, shown: 0, ...(seq !== undefined && { seq }) };
};
