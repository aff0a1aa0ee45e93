import type { DatabaseSync } from 'node:sqlite';
import { slotMs } from '../../session/slot.ts';
import type { ActivityStep } from '../../session/activity.ts';

/**
 * Writes the read model of activity inside a transaction of the caller's.
 *
 *  A1  What many entries add to a slot is written once, before the transaction ends.
 *  A2  Steps of a session take effect in order: what looks at its slots sees what came before.
 *  A3  After a transaction that failed nothing of it is remembered.
 */
export interface ActivityRows {
  take(session: number, owner: string, steps: readonly ActivityStep[]): void;
  /** Writes what was gathered (A1). */
  write(): void;
  /** The transaction failed (A3). */
  forget(): void;
}

interface SlotSum {
  session: number;
  owner: number;
  slot: number;
  tokens: number;
  stray: boolean;
}

export const newActivityRows = (db: DatabaseSync): ActivityRows => {
  const statements = prepare(db);
  const owners = new Map<string, number>();
  const sums = new Map<string, SlotSum>();

  const ownerKey = (id: string): number => {
    const known = owners.get(id);
    if (known !== undefined) return known;
    statements.insertOwner.run(id);
    const key = Number(statements.owner.get(id)?.['key']);
    owners.set(id, key);
    return key;
  };

  const gather = (session: number, owner: number, slot: number, tokens: number, stray: boolean): void => {
    const name = `${session} ${slot}`;
    const sum = sums.get(name);
    if (sum === undefined) return void sums.set(name, { session, owner, slot, tokens, stray });
    sum.tokens += tokens;
    sum.stray ||= stray;
  };

  const markStray = (session: number, owner: number, slot: number): void => {
    statements.insertPresence.run(session, owner, slot * slotMs, slot * slotMs);
  };

  const writeSessionSlot = ({ session, owner, slot, tokens, stray }: SlotSum): void => {
    if (stray && statements.stray.get(session, slot)?.['stray'] !== 1) markStray(session, owner, slot);
    statements.addToSession.run(session, slot, tokens, stray ? 1 : 0);
  };

  const write = (): void => {
    const byOwner = new Map<string, { slot: number; owner: number; tokens: number }>();
    for (const sum of sums.values()) {
      writeSessionSlot(sum);
      const name = `${sum.owner} ${sum.slot}`;
      const ofOwner = byOwner.get(name);
      if (ofOwner) ofOwner.tokens += sum.tokens;
      else byOwner.set(name, { slot: sum.slot, owner: sum.owner, tokens: sum.tokens });
    }
    for (const { slot, owner, tokens } of byOwner.values()) statements.addToOwner.run(slot, owner, tokens);
    sums.clear();
  };

  const makeStray = (session: number, owner: number, from: number): void => {
    write(); // A2
    for (const { slot } of statements.makeStray.all(session, from)) markStray(session, owner, Number(slot));
  };

  const takeStep = (session: number, owner: number, step: ActivityStep): unknown => {
    switch (step.do) {
      case 'tokens':
        return gather(session, owner, step.slot, step.tokens, step.stray);
      case 'span':
        return statements.insertPresence.run(session, owner, step.from, step.to);
      case 'strays':
        return makeStray(session, owner, step.from);
      case 'open':
        if (step.since === null) return statements.shut.run(session);
        return statements.open.run(session, owner, step.since);
    }
  };

  return {
    take: (session, owner, steps) => {
      if (steps.length === 0) return;
      const key = ownerKey(owner);
      for (const step of steps) takeStep(session, key, step);
    },
    write,
    forget: () => {
      sums.clear();
      owners.clear();
    },
  };
};

const prepare = (db: DatabaseSync) => ({
  insertOwner: db.prepare('INSERT INTO activity_owners (id) VALUES (?) ON CONFLICT DO NOTHING'),
  owner: db.prepare('SELECT key FROM activity_owners WHERE id = ?'),
  addToSession: db.prepare(
    `INSERT INTO session_slots (session, slot, tokens, stray) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET tokens = tokens + excluded.tokens, stray = max(stray, excluded.stray)`,
  ),
  stray: db.prepare('SELECT stray FROM session_slots WHERE session = ? AND slot = ?'),
  makeStray: db.prepare(
    'UPDATE session_slots SET stray = 1 WHERE session = ? AND slot >= ? AND stray = 0 RETURNING slot',
  ),
  addToOwner: db.prepare(
    `INSERT INTO owner_slots (slot, owner, tokens) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET tokens = tokens + excluded.tokens`,
  ),
  insertPresence: db.prepare('INSERT INTO presences (session, owner, from_at, to_at) VALUES (?, ?, ?, ?)'),
  open: db.prepare(
    `INSERT INTO open_spans (session, owner, since) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET since = excluded.since`,
  ),
  shut: db.prepare('DELETE FROM open_spans WHERE session = ?'),
});
