import { exitCodes, Failure } from './failure.ts';

/** Work on a data folder without a server; what it refuses is a failure with the exit code that tells of it. */
export const offline = async <T>(work: () => T | Promise<T>): Promise<T> => {
  const { Refused } = await import('../doctor/refused.ts');
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused)
      throw new Failure(exitCodeOf[error.kind] ?? exitCodes.failed, error.kind, error.message, error.details);
    throw error;
  }
};

const exitCodeOf: Record<string, number> = {
  folder_in_use: exitCodes.refused,
  same_file: exitCodes.usage,
  no_data: exitCodes.notFound,
  not_found: exitCodes.notFound,
};
