import { shownWidthOf } from '../plain.ts';
import { takeKeys } from './keys.ts';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const wholeScreen = '\u001b[H\u001b[2J';

/** Draws lines over the ones drawn before, at the end of what the terminal shows, and has the keyboard meanwhile. */
export class Redraw {
  readonly #out = process.stdout;
  readonly #keyboard: { give: () => void; take: () => void };
  #drawn: readonly string[] = [];

  constructor(leave: (why: 'interrupted' | 'quit') => void, onKey: (key: string) => void = () => {}) {
    this.#keyboard = takeKeys({
      onInterrupt: () => leave('interrupted'),
      onQuit: () => leave('quit'),
      onSuspend: () => this.#suspend(),
      onOther: onKey,
    });
    this.#out.write(hideCursor);
    process.on('exit', this.#restore);
    process.on('SIGCONT', this.#resume);
  }

  /** Whether anything is not as it was drawn. */
  draw(lines: readonly string[]): boolean {
    if (lines.length > 0 && lines.join('\n') === this.#drawn.join('\n')) return false;
    const up = this.#rowsDrawn();
    const back = up > 0 ? `\u001b[${up}A` : '';
    this.#out.write(`\r${back}${lines.map((line) => `${line}\u001b[K\r\n`).join('')}\u001b[J`);
    this.#drawn = lines;
    return true;
  }

  /** The window has another size, and the terminal has moved what was drawn: the whole screen is drawn anew. */
  resized(): void {
    this.#out.write(wholeScreen);
    this.#drawn = [];
  }

  /** Leaves what was drawn last. */
  end(): void {
    process.off('exit', this.#restore);
    process.off('SIGCONT', this.#resume);
    this.#restore();
  }

  readonly #restore = (): void => {
    this.#keyboard.give();
    this.#out.write(showCursor);
  };

  #suspend(): void {
    this.#restore();
    // The whole job stops, as it would of Ctrl-Z.
    process.kill(0, 'SIGSTOP');
  }

  readonly #resume = (): void => {
    this.#keyboard.take();
    this.#out.write(hideCursor);
    this.#drawn = [];
  };

  /** A narrower window wraps what was drawn when it was wider. */
  #rowsDrawn(): number {
    const { columns } = this.#out;
    const rows = (line: string) => Math.max(1, Math.ceil(shownWidthOf(line) / columns));
    return this.#drawn.reduce((sum, line) => sum + rows(line), 0);
  }
}
