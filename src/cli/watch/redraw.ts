import { widthOf } from '../plain.ts';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
// oxlint-disable-next-line no-control-regex
const styling = /\u001b\[\d*m/g;

/** Draws lines over the ones drawn before, at the end of what the terminal shows. */
export class Redraw {
  readonly #out: NodeJS.WriteStream;
  #drawn: readonly string[] = [];
  readonly #restore = () => {
    this.#out.write(showCursor);
  };
  readonly #suspend = () => {
    this.#restore();
    process.kill(process.pid, 'SIGSTOP');
  };
  readonly #resume = () => {
    this.#out.write(hideCursor);
    this.#drawn = [];
  };

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    out.write(hideCursor);
    process.on('exit', this.#restore);
    process.on('SIGTSTP', this.#suspend);
    process.on('SIGCONT', this.#resume);
  }

  draw(lines: readonly string[]): void {
    const up = this.#rowsDrawn();
    const back = up > 0 ? `\u001b[${up}A` : '';
    this.#out.write(`\r${back}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
    this.#drawn = lines;
  }

  /** Leaves what was drawn last. */
  end(): void {
    process.off('exit', this.#restore);
    process.off('SIGTSTP', this.#suspend);
    process.off('SIGCONT', this.#resume);
    this.#restore();
  }

  /** A narrower window wraps what was drawn when it was wider. */
  #rowsDrawn(): number {
    const { columns } = this.#out;
    return this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(widthOf(line.replaceAll(styling, '')) / columns)),
      0,
    );
  }
}
