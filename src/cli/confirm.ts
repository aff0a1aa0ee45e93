import { exitCodes, Failure, usageFailure } from './failure.ts';

export interface Question {
  /** Ends in a question mark. */
  ask: string;
  /** What `--yes` stands for where nobody can be asked, for example `delete without a question`. */
  yesMeans: string;
  /** What is said when the answer is no, for example `nothing was deleted`. */
  ifNot: string;
}

/** Asks before something is lost. Throws when the answer is no, and where there is nobody to ask. */
export const confirm = async ({ ask, yesMeans, ifNot }: Question): Promise<void> => {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw usageFailure(`there is nobody to ask; say --yes to ${yesMeans}`);
  const prompts = await import('@clack/prompts');
  const answer = await prompts.confirm({ message: ask, initialValue: false });
  if (answer !== true) throw new Failure(exitCodes.failed, 'not_confirmed', ifNot);
};
