import { Problem } from '../contract/problem.ts';
import type { BudgetPause, BudgetRow, BudgetStore, BudgetTurn } from '../journal/budgets.ts';
import type { BudgetRead, BudgetReading } from './budget-reading.ts';
import type { Intent, Runner } from './runner.ts';

export interface BudgetPausesParts {
  store: Pick<BudgetStore, 'pauses' | 'keepPause' | 'forgetPause'>;
  reading: Pick<BudgetReading, 'pausable' | 'isCounting'>;
  runner: Pick<Runner, 'execute'>;
}

/**
 * Pauses what a budget that is used up may pause, and resumes that when the budget was raised, its period begins anew, or it pauses
 * nothing any more.
 *
 *  P1  A session is paused once in a turn: who resumes it by hand has it run on.
 *  P2  A pause is kept after it is durable: a server that is killed in between finds the session paused, and keeps it then.
 *  P3  Only what this budget paused, and nobody has resumed or ended since, is resumed.
 */
export class BudgetPauses {
  readonly #parts: BudgetPausesParts;

  constructor(parts: BudgetPausesParts) {
    this.#parts = parts;
  }

  async settle(budget: BudgetRow, { window, turn, standing }: BudgetRead): Promise<void> {
    const mayPause = budget.action === 'pause' && this.#parts.reading.isCounting(budget);
    const known = this.#parts.store.pauses(budget.id);
    if (mayPause && standing.used >= budget.limit) return this.#pauseAll(budget, window, turn, known);
    const over = known.filter((pause) => !mayPause || !isOf(turn, pause));
    await Promise.all(over.map((pause) => this.#resume(pause)));
  }

  async #pauseAll(
    budget: BudgetRow,
    window: BudgetRead['window'],
    turn: BudgetTurn,
    known: readonly BudgetPause[],
  ): Promise<void> {
    const had = new Set(known.filter((pause) => isOf(turn, pause)).map(({ session }) => session));
    const open = await this.#parts.reading.pausable(budget, window);
    // P1
    const due = open.filter(({ id, phase }) => !had.has(id) && (phase === 'active' || phase === 'paused'));
    await Promise.all(due.map(({ id }) => this.#pause({ budget: budget.id, session: id, ...turn })));
  }

  /** P2 */
  async #pause(pause: BudgetPause): Promise<void> {
    const isPaused = await this.#ask(pause, { type: 'pause', budget: pause.budget });
    if (isPaused) await this.#parts.store.keepPause(pause);
  }

  /** P3 */
  async #resume(pause: BudgetPause): Promise<void> {
    await this.#ask(pause, { type: 'resume', budget: pause.budget });
    await this.#parts.store.forgetPause(pause.budget, pause.session);
  }

  /** Resolves to whether the session is paused by the budget after it. One that is over, or gone, is neither paused nor resumed. */
  async #ask({ session, budget }: BudgetPause, intent: Intent): Promise<boolean> {
    try {
      let isPaused = false;
      await this.#parts.runner.execute(session, [intent], ({ state }) => {
        isPaused = state.status === 'paused' && state.budget === budget;
        return { status: 200, body: '' };
      });
      return isPaused;
    } catch (error) {
      if (isOver(error)) return false;
      throw error;
    }
  }
}

const isOf = (turn: BudgetTurn, pause: BudgetTurn): boolean =>
  turn.revision === pause.revision && turn.periodStart === pause.periodStart;

const isOver = (error: unknown): boolean =>
  error instanceof Problem && (error.kind === 'session_already_completed' || error.kind === 'session_not_found');
