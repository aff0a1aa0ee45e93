import type { Session } from '../../sdk/index.ts';
import { countWords } from '../count.ts';
import type { ServerFrame } from '../live.ts';
import { plain } from '../plain.ts';
import { sessionLine } from '../session-words.ts';
import type { Screen } from '../screen.ts';
import type { Board } from './board.ts';

/** What is watched as lines, for a pipe or a file: what changed, and once a minute how far the time is. */
export class PlainLines {
  readonly #screen: Screen;
  readonly #board: Board;
  readonly #said = new Map<string, { status: string; minute: number }>();

  constructor(screen: Screen, board: Board) {
    this.#screen = screen;
    this.#board = board;
  }

  /** The line for a frame, when it is worth one. */
  lineOf(frame: ServerFrame, now: Date): string | undefined {
    const words = this.#words(frame);
    return words === undefined ? undefined : stamped(words, now);
  }

  /** The last line of a session that is watched until its end. */
  lastLineOf(session: Session, now: Date): string {
    return stamped(sessionLine(this.#screen, session, session.status), now);
  }

  #words(frame: ServerFrame): string | undefined {
    const session = this.#board.get(frame.sessionId)?.session;
    if (session === undefined) return undefined;
    const about = (done: string) => sessionLine(this.#screen, session, done);
    switch (frame.type) {
      case 'timer_update': {
        const minute = Math.floor(frame.elapsed / 60_000);
        const said = this.#said.get(frame.sessionId);
        this.#said.set(frame.sessionId, { status: frame.status, minute });
        return said?.status === frame.status && said.minute === minute ? undefined : about(frame.status);
      }
      case 'token_update':
        return frame.tokensUsed === 0 ? undefined : about(`+${countWords(frame.tokensUsed)}`);
      case 'checkpoint':
        return about(`reached “${plain(frame.phase)}”:`);
      case 'gap':
        return undefined;
      case 'alert':
        return about(`${frame.level}: ${plain(frame.message)}:`);
    }
  }
}

const stamped = (words: string, now: Date): string => `${now.toTimeString().slice(0, 8)} ${words}`;
