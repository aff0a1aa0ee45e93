import type { Session } from '../../sdk/index.ts';
import { ask } from '../api.ts';
import { budgetPauseOf, pauseSentence } from '../budget-pause.ts';
import type { Budget } from '../budget-words.ts';
import type { Client } from '../client.ts';

/** Tells of each pause by a budget, once: a run whose time stands still looks like any other. */

type Tell = (sentence: string) => void;

const patienceMs = 1000;
const lookMs = 50;

export class Pauses {
  #isTold = false;

  /** As the server told it last. */
  async look(client: Client, session: Session, tell: Tell): Promise<void> {
    if (session.status !== 'paused') this.#isTold = false;
    else if (!this.#isTold) {
      this.#isTold = true;
      const pause = await budgetPauseOf(client, session);
      if (pause) tell(pauseSentence(pause));
    }
  }

  /**
   * A budget that is used up pauses a run as soon as it has begun. That is waited for, so that it is told before the command has the
   * terminal. Resolves with the session as it is then.
   */
  async atStart(client: Client, session: Session, tell: Tell): Promise<Session> {
    const { budgets } = await ask(client.GET('/api/usage/budgets'));
    if (!budgets.some((budget) => isToPause(budget, session))) return session;
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const now = await ask(client.GET('/api/sessions/{id}', { params: { path: { id: session.id } } }));
      await this.look(client, now, tell);
      if (now.status !== 'active' || performance.now() > deadline) return now;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }
}

/** One of an agent or a model pauses a run only when that has worked in it. */
const isToPause = ({ action, state, only }: Budget, { run }: Session): boolean =>
  action === 'pause' &&
  state === 'over' &&
  (only.session ?? only.agent ?? only.model) === undefined &&
  (only.project === undefined || `${run?.directory}/`.startsWith(`${only.project}/`));
