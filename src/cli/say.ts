import { plain } from './plain.ts';
import { fitted, screenOf } from './screen.ts';

/** Says a sentence on stderr, as stint's own; a terminal gets it in lines that it need not break. */
export const say = (message: string): void => {
  const lines = `stint: ${message}`.split('\n').map(plain);
  process.stderr.write(`${fitted(screenOf(process.stderr, process.env), lines.join('\n'))}\n`);
};
