import type { ReplFrame } from '../contract/socket.ts';

/**
 * How far a follower has heard what a session's command prints. A server tells whoever comes, or comes back, from the beginning of what
 * runs: what was heard is not heard again.
 */
export class ReplPlace {
  #command = -1;
  #at: number | undefined;
  #to = 0;
  #isEnded = false;

  /** What of a frame is new; undefined where nothing is. */
  newsOf(frame: ReplFrame): ReplFrame | undefined {
    const isBegun = frame.type === 'repl_command' && frame.phase === 'began';
    // One that left nothing is followed by one of the same number.
    const isNext = frame.command > this.#command || (isBegun && this.#at !== undefined && frame.at !== this.#at);
    if (frame.command < this.#command && !isNext) return undefined;
    if (isNext) [this.#command, this.#to, this.#isEnded, this.#at] = [frame.command, 0, false, undefined];
    if (isBegun) this.#at = frame.at;
    if (frame.type === 'repl_command') return this.#newsOfCommand(frame, isNext);
    const heard = Math.max(0, this.#to - frame.from);
    if (this.#isEnded || heard >= frame.text.length) return undefined;
    this.#to = frame.from + frame.text.length;
    return heard === 0 ? frame : { ...frame, from: frame.from + heard, text: frame.text.slice(heard) };
  }

  #newsOfCommand(frame: ReplFrame & { type: 'repl_command' }, isNext: boolean): ReplFrame | undefined {
    if (frame.phase === 'began') return isNext ? frame : undefined;
    if (this.#isEnded) return undefined;
    this.#isEnded = true;
    return frame;
  }
}
