import { clearLine, cursorTo } from 'node:readline';

/** Words about long work, on stderr and only where a person sees them: one line that is written over and goes at the end. */
export interface Progress {
  say: (words: string) => void;
  end: () => void;
}

const writtenMs = 100;

export const progress = (stream: NodeJS.WriteStream = process.stderr): Progress => {
  let last = -Infinity;
  const wipe = (): void => {
    cursorTo(stream, 0);
    clearLine(stream, 0);
  };
  return {
    say: (words) => {
      const now = performance.now();
      if (!stream.isTTY || now - last < writtenMs) return;
      last = now;
      wipe();
      stream.write(words);
    },
    end: () => {
      if (stream.isTTY && last !== -Infinity) wipe();
    },
  };
};

/** For work that takes its time without telling how far it is: the seconds that went by. */
export const during = async <T>(words: string, work: Promise<T>): Promise<T> => {
  const told = progress();
  const from = performance.now();
  const timer = setInterval(() => told.say(`${words} … ${Math.floor((performance.now() - from) / 1000)} s`), 1000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    told.end();
  }
};

export const sessionsWords =
  (told: Progress, words: string) =>
  (done: number, of: number): void =>
    told.say(`${words} … ${done} of ${of} sessions`);
