import type { Came } from '../../runner/repl/repl-live.ts';
import type { Answer } from '../../runner/runner.ts';
import { answerOf } from './answers.ts';
import type { Said } from '../repl-words.ts';

/**
 * What a command came to, beside its answer: the contract has no field for it, so it is told in a header. `value`, `error` or
 * `stopped`, and of what ran `seq`, of its input in the journal, and `printed`, how many characters of `output` it printed before
 * its value or its error (RFC 9651, an item with parameters).
 */
export const outcomeHeader = 'x-stint-outcome';

/** The answer with its outcome, to be kept under the request's key: no JSON of a body has a line break in it. */
export const withOutcome = (said: Said, came?: Came): Answer => {
  const { isError = false, ...value } = said;
  const outcome = came ? `${came.as};seq=${came.seq};printed=${came.printed}` : isError ? 'error' : 'value';
  const { status, body } = answerOf(200, value);
  return { status, body: `${body}\n${outcome}` };
};

/** The two of them. One that was kept before there were outcomes has none. */
export const outcomeIn = ({ status, body }: Answer): { answer: Answer; outcome: string | undefined } => {
  const end = body.lastIndexOf('\n');
  if (end < 0) return { answer: { status, body }, outcome: undefined };
  return { answer: { status, body: body.slice(0, end) }, outcome: body.slice(end + 1) };
};
