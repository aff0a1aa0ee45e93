import type { ReplModel } from '../../contract/repl.ts';
import type { AnswerUsage } from './repl-run.ts';

/** The models that sessions' code calls. */
export interface Models {
  /** What is asked, as text that is equal where the request is. Throws an Error whose message says what is wrong with it. */
  canonical: (spec: ReplModel | undefined, args: unknown) => { prompt: string; text: string };
  /** Rejects with an Error whose message says what became of it. */
  call: (
    spec: ReplModel | undefined,
    args: unknown,
    signal: AbortSignal,
  ) => Promise<{ text: string; used: AnswerUsage }>;
}
