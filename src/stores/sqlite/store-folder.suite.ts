/** A store in a folder that goes away with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { SqliteStore } from './store.ts';

export const tempFile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'stint.db');
};

/** Opens the store at `file`; a test need not close it. */
export const openStore = async (file = tempFile()): Promise<{ store: SqliteStore; file: string }> => {
  const store = await SqliteStore.open(file);
  let isOpen = true;
  const close = store.close.bind(store);
  store.close = async () => {
    isOpen = false;
    await close();
  };
  onTestFinished(async () => {
    if (isOpen) await close();
  });
  return { store, file };
};

/** Changes the file behind the store's back. */
export const tamper = (file: string, sql: string, ...params: SQLInputValue[]): void => {
  const db = new DatabaseSync(file);
  try {
    db.prepare(sql).run(...params);
  } finally {
    db.close();
  }
};
