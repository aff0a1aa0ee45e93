import { constants } from 'node:os';

/**
 * What a command ends with, for scripts. `stint run` ends with its command's own code instead.
 */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  noServer: 3,
  notFound: 4,
  refused: 5,
} as const;

/** Ended by a signal, as a shell tells it. */
export const signalCode = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

export const exitCodeHelp: readonly [code: number, meaning: string][] = [
  [exitCodes.ok, 'done'],
  [exitCodes.failed, 'failed'],
  [exitCodes.usage, 'not understood, or a name that fits several sessions'],
  [exitCodes.noServer, 'no server'],
  [exitCodes.notFound, 'no such session or token'],
  [exitCodes.refused, 'refused: not allowed, or not as things stand'],
];

/** The command can't be done. The message is one sentence for a person and says what to do next. */
export class Failure extends Error {
  readonly exitCode: number;
  /** The same in one snake_case word, for `--json`. */
  readonly error: string;
  readonly details: unknown;

  constructor(exitCode: number, error: string, message: string, details?: unknown) {
    super(message);
    this.exitCode = exitCode;
    this.error = error;
    this.details = details;
  }
}

/** What was typed makes no sense. */
export const usageFailure = (message: string, details?: unknown): Failure =>
  new Failure(exitCodes.usage, 'usage', message, details);
