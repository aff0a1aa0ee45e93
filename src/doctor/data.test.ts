/** The doctor finds what was changed behind the store's back, and nothing where all is as it was written. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overwrite } from '../../test/faults/data-folder.ts';
import { summarize } from '../projections/summary.ts';
import { startTime } from '../session/decider-specification.suite.ts';
import { audit } from '../stores/sqlite/audit.ts';
import { rebuild } from '../stores/sqlite/audit-rebuild.ts';
import { openForWriting } from '../stores/sqlite/connection.ts';
import { openForReading } from '../stores/sqlite/reading.ts';
import { tamper, tempFile } from '../stores/sqlite/store-folder.suite.ts';
import { examineData } from './data.ts';
import type { Finding } from './finding.ts';
import { live, livedSessions } from './lived.suite.ts';

const lateEnough = startTime + 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'stint-lived-'));
const lived = join(folder, 'stint.db');

beforeAll(async () => {
  await live(lived);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const copy = (): string => {
  const file = tempFile();
  copyFileSync(lived, file);
  return file;
};

const look = (file: string, now = lateEnough): Finding[] => {
  const db = openForReading(file);
  try {
    return examineData(db, now, () => undefined);
  } finally {
    db.close();
  }
};

const kindsIn = (findings: readonly Finding[]): string[] => [...new Set(findings.map(({ kind }) => kind))];

it('has nothing against data that is as it was written', () => {
  expect(look(copy())).toEqual([]);
});

const damages: [what: string, sql: string, kinds: string[]][] = [
  [
    'a byte of an event',
    "UPDATE events SET data = replace(data, 'edit', 'exit') WHERE position = 40",
    ['event_damaged'],
  ],
  ['an event’s time', 'UPDATE events SET at = at + 1 WHERE position = 40', ['event_damaged']],
  ['an event that is gone', 'DELETE FROM events WHERE position = 40', ['events_missing']],
  [
    'the last event gone',
    'DELETE FROM events WHERE position = (SELECT max(position) FROM events)',
    ['events_missing', 'read_model_differs'],
  ],
  ['a session’s row gone', 'DELETE FROM sessions WHERE key = 3', ['session_missing', 'counts_differ']],
  [
    'a digit of a summary',
    `UPDATE sessions SET doc = replace(doc, '"tokensUsed":', '"tokensUsed":9') WHERE key = 2`,
    ['read_model_differs'],
  ],
  ['a summary that is no JSON', `UPDATE sessions SET doc = '{' WHERE key = 2`, ['read_model_differs']],
  [
    'a status in a column',
    "UPDATE sessions SET status = 'completed' WHERE key = 2",
    ['read_model_differs', 'counts_differ'],
  ],
  ['a name to search by', "UPDATE sessions SET name_folded = 'other' WHERE key = 2", ['read_model_differs']],
  ['a time to wake at', 'UPDATE sessions SET wake_at = 1 WHERE key = 2', ['read_model_differs']],
  ['a version', 'UPDATE sessions SET version = version - 1 WHERE key = 2', ['read_model_differs']],
  ['a count', 'UPDATE session_counts SET n = n + 1', ['counts_differ']],
  ['tokens of a slot', 'UPDATE session_slots SET tokens = tokens + 1 WHERE session = 2', ['activity_differs']],
  ['tokens of an owner', 'UPDATE owner_slots SET tokens = tokens + 1', ['activity_differs']],
  ['a span of active time', 'UPDATE presences SET to_at = to_at + 1', ['activity_differs']],
  ['an open span', 'DELETE FROM open_spans', ['activity_differs']],
  ['tokens of a quarter', 'UPDATE usage_slots SET input = input + 1', ['usage_differs']],
  ['a quarter that is gone', 'DELETE FROM usage_slots', ['usage_differs']],
  ['what a session cost', 'UPDATE usage_sessions SET cost = cost - 1', ['usage_differs']],
  ['a response', 'UPDATE responses SET output = output + 1', ['usage_differs']],
  ['a saved state’s checksum', 'UPDATE saved_states SET crc = crc + 1', ['saved_state_damaged']],
  [
    'a number that is too large to be one',
    'UPDATE events SET at = 9223372036854775807 WHERE position = 40',
    ['unreadable'],
  ],
];

describe('what was changed', () => {
  it.each(damages)('is found: %s', (_, sql, kinds) => {
    const file = copy();
    tamper(file, sql);
    const findings = look(file);
    expect(kinds).toEqual(expect.arrayContaining(kindsIn(findings)));
    expect(findings.length).toBeGreaterThan(0);
    for (const { severity, advice } of findings) expect([severity, advice]).toEqual(['error', expect.any(String)]);
  });

  it('is told with its place', () => {
    const file = copy();
    tamper(file, "UPDATE events SET data = '{}' WHERE position = 40");
    const [found] = look(file);
    const session = new DatabaseSync(file).prepare('SELECT id FROM sessions WHERE key = 1').get()?.['id'];
    expect(found).toMatchObject({ kind: 'event_damaged', position: 40, session });
  });

  it('is found by SQLite itself where an index differs from its table', () => {
    const file = copy();
    const db = new DatabaseSync(file);
    const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'sessions_waking'").get()?.['rootpage'];
    db.close();
    // The number of cells in the header of a b-tree page: sqlite.org/fileformat2.html, 1.6.
    overwrite(file, (Number(root) - 1) * 4096 + 3, Buffer.of(0, 0));
    expect(kindsIn(look(file))).toContain('database_damaged');
  });

  it('lies in the future when the clock was ahead', () => {
    expect(look(copy(), startTime - 86_400_000)).toMatchObject([{ severity: 'warning', kind: 'event_in_future' }]);
  });
});

describe('folding again from the journal', () => {
  const again = (file: string) => {
    const db = openForWriting(file);
    try {
      return rebuild(db, summarize, () => undefined);
    } finally {
      db.close();
    }
  };

  it('mends all that is folded from it', () => {
    const file = copy();
    for (const [, sql, kinds] of damages)
      if (kinds.every((kind) => /read_model|counts|saved|activity|usage/.test(kind)) && !sql.includes('version'))
        tamper(file, sql);
    expect(look(file).length).toBeGreaterThanOrEqual(4);
    expect(again(file)).toEqual({ sessions: livedSessions - 1, setAside: [] });
    expect(look(file)).toEqual([]);
    const db = new DatabaseSync(file);
    const saved = db.prepare(
      'SELECT s.version = v.version AS whole FROM saved_states v JOIN sessions s ON s.key = v.session',
    );
    expect(saved.all().map(({ whole }) => whole)).toContain(1);
    expect(saved.all().map(({ whole }) => whole)).not.toContain(0);
    db.close();
  });

  it('leaves a session set aside whose events are damaged, and its row as it was', () => {
    const file = copy();
    tamper(file, "UPDATE events SET data = '{}' WHERE session = 2 AND seq = 1");
    tamper(file, "UPDATE sessions SET name_folded = 'other' WHERE key = 3");
    const id = new DatabaseSync(file).prepare('SELECT id, doc FROM sessions WHERE key = 2').get();
    expect(again(file)).toEqual({ sessions: livedSessions - 2, setAside: [id?.['id']] });
    expect(kindsIn(look(file))).toEqual(['event_damaged']);
    expect(new DatabaseSync(file).prepare('SELECT id, doc FROM sessions WHERE key = 2').get()).toEqual(id);
  });
});

it('holds no transaction open between its steps, and takes what is written meanwhile', async () => {
  const file = copy();
  const writer = openForWriting(file);
  const reader = openForReading(file);
  let removed = false;
  for (const { findings } of audit(reader, summarize)) {
    expect(findings).toEqual([]);
    expect(reader.isTransaction).toBe(false);
    const { busy } = writer.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
    expect(busy).toBe(0);
    if (removed) continue;
    removed = true;
    writer.exec(`BEGIN; DELETE FROM events WHERE session = 6; DELETE FROM saved_states WHERE session = 6;
      UPDATE session_counts SET n = n - 1
      WHERE (owner, kind, status) = (SELECT owner, kind, status FROM sessions WHERE key = 6);
      DELETE FROM sessions WHERE key = 6; COMMIT`);
  }
  expect(removed).toBe(true);
});
