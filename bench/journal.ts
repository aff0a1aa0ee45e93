import { randomUUIDv7 } from 'node:crypto';
import { countChanges, summarize } from '../src/projections/summary.ts';
import { activityOf } from '../src/session/activity.ts';
import { decide } from '../src/session/decide.ts';
import { fold } from '../src/session/evolve.ts';
import { absent, stateShape, versionOf } from '../src/session/state.ts';
import type { Existing, SessionState } from '../src/session/state.ts';
import type { SessionCommand } from '../src/contract/command.ts';
import type { SessionEvent } from '../src/contract/event.ts';
import { pack } from '../src/stores/sqlite/append.ts';
import type { PackedEntry } from '../src/stores/sqlite/append.ts';

/** A report of tokens as the measures post it. */
export const report = { tokensUsed: 37, operation: 'edit', model: 'claude-opus-4-5', input: 25, output: 12 } as const;

type Bare = SessionCommand extends infer C ? (C extends SessionCommand ? Omit<C, 'at' | 'id'> : never) : never;

const eventsPerSavedState = 128;

/** A session outside a server: the real rules decide, and what the runner would append comes out. */
export class Author {
  readonly id = randomUUIDv7();
  #state: SessionState = absent;

  /** The entry that these commands make at `at`, all in one append. */
  entry(commands: readonly Bare[], at: number): PackedEntry {
    return this.life(commands.map((command) => ({ command, at })));
  }

  /** The same, with a time for each. */
  life(commands: readonly { command: Bare; at: number }[]): PackedEntry {
    const before = this.#state;
    const events: SessionEvent[] = [];
    for (const { command, at } of commands) {
      const decided = decide({ ...command, at, id: randomUUIDv7() }, this.#state);
      this.#state = fold(decided, this.#state);
      events.push(...decided);
    }
    const after = this.#state as Existing;
    const version = versionOf(after);
    const saving = Math.floor(version / eventsPerSavedState) > Math.floor(versionOf(before) / eventsPerSavedState);
    return pack({
      session: this.id,
      expectedVersion: versionOf(before),
      events,
      summary: summarize(this.id, after),
      counts: countChanges(before, after),
      activity: activityOf(before, events),
      ...(saving ? { saved: { version, shape: stateShape, state: after } } : {}),
    });
  }
}

export const startCommand = (owner: string, name: string, duration = 5 * 3600_000) =>
  ({
    type: 'start',
    kind: 'timer',
    owner,
    name,
    duration,
    tokenBudget: 1_000_000_000_000,
    onBudget: 'warn',
    budgetCounts: 'new',
    onDue: 'complete',
  }) as const;

export const reportCommand = { type: 'record_tokens', source: 'api', ...report } as const;
