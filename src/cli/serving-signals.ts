import { exitCodes } from './failure.ts';

interface Serving {
  /** Resolves when it is asked to stop without a signal. */
  stopAsked?: Promise<void>;
  stop: () => Promise<void>;
}

interface Patience {
  /** A process group passes a signal on to members that have got it already: within this time it counts once. */
  duplicateMs: number;
  stopMs: number;
}

const usual: Patience = { duplicateMs: 2000, stopMs: 14_000 };

/**
 * Stops the server on SIGTERM, SIGINT and SIGHUP; resolves to the exit code when it has stopped. A later Ctrl-C, or 14 s, ends
 * the process as it stands: what was acknowledged is on disk.
 */
export const endOnSignals = (serving: Serving, { duplicateMs, stopMs }: Patience = usual): Promise<number> =>
  new Promise((resolve, reject) => {
    let askedAt: number | undefined;
    const hear = (signal: NodeJS.Signals): void => {
      const now = performance.now();
      if (askedAt === undefined) {
        askedAt = now;
        setTimeout(() => force(`it did not stop within ${stopMs / 1000} s`), stopMs).unref();
        serving.stop().then(() => resolve(exitCodes.ok), reject);
      } else if (signal === 'SIGINT' && now - askedAt > duplicateMs) force('interrupted again');
    };
    void serving.stopAsked?.then(() => hear('SIGTERM'));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, hear);
  });

const force = (why: string): void => {
  process.stderr.write(`stint: ${why}; ended as it stood, all that was acknowledged is on disk\n`);
  process.exit(exitCodes.failed);
};
