import type { Session } from '../../sdk/index.ts';
import type { ServerFrame } from '../live.ts';

/**
 * Where a run stands, by what the server told last and the time that has passed since: it goes on while the server is away.
 * A paused session's time stands still. `bootNow` is a clock that no one sets and that counts sleep, ms.
 */
export class Course {
  readonly #bootNow: () => number;
  #session: Session;
  #toldAt: number;
  #plannedMs: number;

  constructor(session: Session, bootNow: () => number) {
    this.#bootNow = bootNow;
    this.#session = session;
    this.#toldAt = bootNow();
    this.#plannedMs = session.duration;
  }

  /** What the server told last. */
  get session(): Session {
    return this.#session;
  }

  put(session: Session): void {
    this.#session = session;
    this.#toldAt = this.#bootNow();
    if (session.status !== 'completed') this.#plannedMs = session.duration;
  }

  /** True when the frame says that something else than time has changed, which has to be asked for. */
  hear(frame: ServerFrame): boolean {
    switch (frame.type) {
      case 'timer_update': {
        const { elapsed, remaining, status } = frame;
        const changed = status !== this.#session.status || Math.abs(remaining - this.remaining) > toleranceMs;
        this.put({ ...this.#session, elapsed, remaining, status });
        return changed;
      }
      case 'token_update':
        this.#session = { ...this.#session, tokensUsed: frame.totalUsed };
        return false;
      case 'alert':
      case 'gap':
        return true;
      case 'checkpoint':
        return false;
    }
  }

  get elapsed(): number {
    return this.#session.elapsed + this.#passed;
  }

  /** 0 when the time is up. */
  get remaining(): number {
    return this.#session.unlimited ? Infinity : Math.max(0, this.#session.remaining - this.#passed);
  }

  /** The time as it was last asked for: at its end a session that ran over is extended by that. */
  get plannedMs(): number {
    return this.#plannedMs;
  }

  /** How far the time ran over, ms. */
  get over(): number {
    return this.#session.unlimited ? 0 : Math.max(0, this.elapsed - this.#plannedMs);
  }

  get timeShare(): number {
    return this.#session.unlimited ? 0 : this.elapsed / this.#plannedMs;
  }

  get budgetShare(): number {
    const { tokensUsed, tokenBudget } = this.#session;
    return tokenBudget === undefined ? 0 : tokensUsed / tokenBudget;
  }

  get #passed(): number {
    return this.#session.status === 'active' ? this.#bootNow() - this.#toldAt : 0;
  }
}

const toleranceMs = 2000;
