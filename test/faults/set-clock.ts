import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from './data-folder.ts';
import { libfaketime } from './needs.ts';

/** A wall clock of a test's own, for every process that gets its `env`: it can be set while they run. Other clocks stay real. */
export class SetClock {
  readonly #file = join(newFolder(), 'clock');
  readonly env: Record<string, string> = {
    LD_PRELOAD: libfaketime ?? '',
    FAKETIME_TIMESTAMP_FILE: this.#file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
  #byMs = 0;

  constructor() {
    this.set(0);
  }

  /** Sets it so far off the machine's own. */
  set(byMs: number): void {
    this.#byMs = byMs;
    const next = `${this.#file}.next`;
    writeFileSync(next, `${byMs < 0 ? '-' : '+'}${Math.abs(byMs / 1000)}`);
    renameSync(next, this.#file);
  }

  now(): number {
    return Date.now() + this.#byMs;
  }
}
