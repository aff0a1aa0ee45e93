/** Made-up databases of opencode: whatever was done in them, and whatever stands in their rows. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Following, tempFolder } from '../following.suite.ts';
import type { UsageRecord } from '../reader.ts';
import { opencodeReader } from './reader.ts';
import { answer, idAt, laterAnswer, noon, running, Store, tokens } from './stored.suite.ts';

describe('made-up histories', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask' as const), session: fc.nat(2), later: fc.boolean() }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('answer' as const), output: fc.integer({ min: 1, max: 900 }) }),
    },
    fc.record({ kind: fc.constant('undo' as const), count: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ kind: fc.constant('fork' as const), session: fc.nat(2) }),
    fc.record({ kind: fc.constant('read' as const) }),
  );
  const steps = fc.array(step, { maxLength: 40 });
  const batch = fc.integer({ min: 1, max: 4000 });

  /** What one reading at the end sees is what many on the way saw, less what was deleted meanwhile. */
  it('come to the same when they are read as they are made', async () => {
    await fc.assert(
      fc.asyncProperty(steps, batch, async (all, batchBytes) => {
        const store = new Store('both');
        const growing = store.follow({ batchBytes });
        const deleted = new Set<string>();
        await play(store, all, deleted, () => growing.readAll());
        await growing.readAll();
        const atOnce = await store.follow().readAll();
        expect(told(growing.merged).filter(([key]) => !deleted.has(key as string))).toEqual(told(atOnce.merged));
        store.close();
      }),
      { numRuns: 120 },
    );
  });

  async function play(
    store: Store,
    all: readonly { kind: string; session?: number; later?: boolean; output?: number; count?: number }[],
    deleted: Set<string>,
    read: () => Promise<unknown>,
  ): Promise<void> {
    for (const i of [0, 1, 2]) store.session(`ses_${i}`).laterSession(`ses_l${i}`);
    let clock = 0;
    const open: { session: string; ms: number; later: boolean }[] = [];
    for (const one of all) {
      // Longer than any answer is thought to take, so that none is taken for another's mirror.
      clock += 2000;
      if (one.kind === 'ask') {
        const asked = {
          session: one.later ? `ses_l${one.session}` : `ses_${one.session}`,
          ms: clock,
          later: one.later!,
        };
        open.push(asked);
        if (asked.later)
          store.later(
            asked.session,
            idAt(clock),
            'assistant',
            laterAnswer(clock, null, { time: { created: noon + clock } }),
          );
        else store.message(asked.session, idAt(clock), running(clock));
      }
      if (one.kind === 'answer') {
        const answered = open.pop();
        if (answered?.later)
          store.later(
            answered.session,
            idAt(answered.ms),
            'assistant',
            laterAnswer(answered.ms, tokens(3, one.output!)),
          );
        else if (answered)
          store.message(answered.session, idAt(answered.ms), answer(answered.ms, tokens(3, one.output!)));
      }
      if (one.kind === 'undo') {
        const rows = store.db
          .prepare('SELECT id, time_created AS at FROM message ORDER BY rowid DESC LIMIT ?')
          .all(one.count!);
        for (const { id, at } of rows) {
          store.db.prepare('DELETE FROM message WHERE id = ?').run(id!);
          deleted.add(`${Number(at)}/anthropic/claude-sonnet-4-5`);
          open.splice(0, open.length, ...open.filter(({ ms }) => noon + ms !== at));
        }
      }
      if (one.kind === 'fork') {
        const rows = store.db.prepare('SELECT data FROM message WHERE session_id = ?').all(`ses_${one.session}`);
        store.session(`ses_f${clock}`, { bornMs: clock });
        for (const [i, { data }] of rows.entries()) store.message(`ses_f${clock}`, idAt(clock, i), String(data));
      }
      if (one.kind === 'read') await read();
    }
  }

  function told(records: readonly UsageRecord[]): unknown[][] {
    return records.map(({ key, parts, model, beganAt }) => [key, parts.output, model, beganAt]);
  }
});

describe('rows of any kind', () => {
  const junk = fc.oneof(
    fc.constantFrom(null, '', 'x', '{}', '[]', '{"role":"assistant"}', '{"role":"assistant","tokens":{"input":1}}'),
    fc.constantFrom(-1, 1.5, 2 ** 60, 2n ** 62n, -(2n ** 62n), noon),
    fc.uint8Array({ maxLength: 9 }),
    fc.json({ maxDepth: 2 }),
    fc
      .object({ key: fc.constantFrom('role', 'time', 'tokens', 'created', 'input', 'model', 'cost', 'text', 'type') })
      .map((value) => JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one))),
  );
  const row = fc.record({
    table: fc.constantFrom('message', 'session_message', 'part', 'session', 'session_v2'),
    values: fc.array(junk, { minLength: 11, maxLength: 11 }),
  });

  it('stop nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (rows) => {
        const db = new DatabaseSync(join(tempFolder(), 'opencode.db'));
        db.exec(`CREATE TABLE session (id, parent_id, directory, title, time_created);
          CREATE TABLE session_v2 (id, parent_id, fork_session_id, directory, title, time_created);
          CREATE TABLE message (id, session_id, time_created, time_updated, data);
          CREATE TABLE part (id, message_id, session_id, time_updated, data);
          CREATE TABLE session_message (id, session_id, type, time_created, time_updated, data)`);
        for (const { table, values } of rows) {
          const count = db.prepare('SELECT 1 FROM pragma_table_info(?)').all(table).length;
          db.prepare(`INSERT INTO ${table} VALUES (${Array(count).fill('?').join()})`).run(...values.slice(0, count));
        }
        const file = db.location()!;
        db.close();
        const follow = await new Following(opencodeReader(), file).readAll();
        expect(follow.statuses.at(-1)).toBe('end');
        expect((await opencodeReader().textsFrom!(file)).status).toBe('end');
        fs.rmSync(file);
      }),
      { numRuns: 150 },
    );
  });
});
