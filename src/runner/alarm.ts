import { Problem } from '../contract/problem.ts';
import type { ListPlace, SessionReads } from '../journal/sessions.ts';
import type { BootClock } from './clock.ts';
import type { Published, Runner } from './runner.ts';
import { wakeAt } from '../session/time.ts';

export interface AlarmParts {
  runner: Runner;
  sessions: SessionReads;
  clock: BootClock;
  /** Hears that the wall clock was set, to keep the new anchor. */
  onClockSet: () => Promise<void>;
  onError: (error: unknown) => void;
}

/** The clock is looked at this often, so no timer is ever longer (over 2³¹ ms a timer fires at once). */
const lookMs = 1000;
const batch = 256;

/**
 * Rings for sessions in which the clock alone changes something: the end of the time, the alert before it. One timer for
 * all; when it rings is read from the sessions' own `wakeAt`, so a restart has nothing to restore.
 */
export class Alarm {
  readonly #parts: AlarmParts;
  #timer: NodeJS.Timeout | undefined;
  #nextWake = Infinity;
  /** Sessions that cannot be read; told of once. */
  readonly #damaged = new Set<string>();
  /** By how many ms the clock was set without sessions having been told. */
  #untold = 0;
  #anchorIsOld = false;
  #looking = true;
  #stopped = false;
  #ringing: Promise<void> = Promise.resolve();
  #unsubscribe: () => void = () => undefined;

  constructor(parts: AlarmParts) {
    this.#parts = parts;
  }

  /** Rings for what fell due while no server ran, then goes on. `clockSetBy`: how far the clock was set meanwhile, ms. */
  async start(clockSetBy: number): Promise<void> {
    this.#unsubscribe = this.#parts.runner.onPublished((published) => this.#hear(published));
    this.#untold = clockSetBy;
    if (clockSetBy !== 0) await this.#tellClock();
    await this.#ring();
    this.#looking = false;
    this.#wait();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
    await this.#ringing;
  }

  #hear({ state }: Published): void {
    const wake = wakeAt(state) ?? Infinity;
    if (wake >= this.#nextWake) return;
    this.#nextWake = wake;
    if (!this.#looking) this.#wait();
  }

  #wait(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const delay = Math.min(lookMs, Math.max(1, this.#nextWake - this.#parts.clock.now()));
    this.#timer = setTimeout(() => {
      this.#ringing = this.#look();
    }, delay);
  }

  async #look(): Promise<void> {
    this.#looking = true;
    try {
      this.#untold += this.#parts.clock.check();
      if (this.#untold !== 0 || this.#anchorIsOld) await this.#tellClock();
      const { runner, clock } = this.#parts;
      if (runner.owing().length > 0 || this.#nextWake <= clock.now()) await this.#ring();
    } catch (error) {
      this.#nextWake = this.#parts.clock.now() + lookMs;
      this.#parts.onError(error);
    }
    this.#looking = false;
    this.#wait();
  }

  async #ring(): Promise<void> {
    const { runner, sessions, clock } = this.#parts;
    // A session that can't be told (set aside, or the disk is full) is passed over until the clock is looked at again.
    const passed = new Set(this.#damaged);
    const told = new Set<string>();
    this.#nextWake = Infinity;
    for (;;) {
      const waking = (await sessions.waking(clock.now(), batch + passed.size)).map(({ id }) => id);
      const due = [...new Set([...runner.owing(), ...waking])].filter((id) => !passed.has(id)).slice(0, batch);
      if (due.length === 0) break;
      await this.#tell(
        due.filter((id) => !told.has(id)),
        passed,
      );
      // Once is enough: what still wakes after it was told would do so for ever.
      for (const id of due) (told.has(id) ? passed : told).add(id);
    }
    const next = passed.size > 0 ? clock.now() + lookMs : await sessions.nextWake();
    this.#nextWake = Math.min(this.#nextWake, next ?? Infinity);
  }

  /** Tells every active session that the clock moved, so that its elapsed time does not. */
  async #tellClock(): Promise<void> {
    const { runner, clock, onClockSet } = this.#parts;
    const offset = clock.anchor?.offset;
    this.#anchorIsOld = true;
    if (this.#untold !== 0) {
      await runner.clockSet({ by: this.#untold, ...(offset === undefined ? {} : { offset }) }, this.#active());
      this.#untold = 0;
      await this.#ring();
    }
    // Kept only now: a server that is killed before this tells again, and who was told knows.
    await onClockSet();
    this.#anchorIsOld = false;
  }

  async *#active(): AsyncGenerator<string> {
    for (let after: ListPlace | undefined; ;) {
      const { sessions, more } = await this.#parts.sessions.list({
        status: 'active',
        limit: batch,
        ...(after ? { after } : {}),
      });
      for (const { id } of sessions) yield id;
      after = sessions.at(-1);
      if (!more) return;
    }
  }

  /** A command of any kind makes the runner decide what is due, and tells the clock's change first where it is owed. */
  async #tell(ids: readonly string[], passed: Set<string>): Promise<void> {
    const told = ids.map(async (id) => {
      try {
        await this.#parts.runner.execute(id, [{ type: 'fall_due' }], () => ({ status: 200, body: '' }));
      } catch (error) {
        passed.add(id);
        if (error instanceof Problem && error.kind === 'journal_damaged') this.#damaged.add(id);
        this.#parts.onError(error);
      }
    });
    await Promise.all(told);
  }
}
