/** A store with the tables of budgets. */
import { DatabaseSync } from 'node:sqlite';
import { SqliteBudgets } from './budgets.ts';
import { budgets } from './migrations/budgets.ts';
import { openStore } from './store-folder.suite.ts';

/** Makes the tables where there are none yet. */
export const addBudgetTables = (file: string): void => {
  const db = new DatabaseSync(file);
  try {
    if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'budgets'").get() === undefined) db.exec(budgets);
  } finally {
    db.close();
  }
};

export const openBudgetStore = async (at?: string) => {
  const { store, file } = await openStore(at);
  addBudgetTables(file);
  return { store, file, budgets: new SqliteBudgets(store) };
};
