import type { Screen } from '../screen.ts';

/** What a session's code prints comes from anywhere: of what steers a terminal only colours pass. */

// oxlint-disable-next-line no-control-regex
const allowed = /^(?:[\n\t]|\u001b\[[\d;:]*m)/;
// oxlint-disable-next-line no-control-regex
const begun = /\u001b(?:\[[\d;:]*)?$/;
/** Controls, formats that turn text around, and line separators; what joins letters or pictures stays. */
const steering = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text in pieces, for a terminal or as it is for anything else. */
export class Shown {
  readonly #isTerminal: boolean;
  #rest = '';
  /** What was shown last ended with its line. */
  isAtStart = true;

  constructor({ isTerminal }: Pick<Screen, 'isTerminal'>) {
    this.#isTerminal = isTerminal;
  }

  of(text: string): string {
    if (text === '') return '';
    const shown = this.#isTerminal ? this.#tamed(text) : text;
    if (shown !== '') this.isAtStart = shown.endsWith('\n');
    return shown;
  }

  /** A sequence may come in two pieces. */
  #tamed(text: string): string {
    const all = this.#rest + text;
    this.#rest = begun.exec(all)?.[0] ?? '';
    const whole = all.slice(0, all.length - this.#rest.length);
    return whole.replaceAll(steering, (one, at: number) => (allowed.test(whole.slice(at, at + 32)) ? one : '�'));
  }
}
