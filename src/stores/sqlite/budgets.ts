import type { BudgetPause, BudgetRow, BudgetStore, BudgetTurn, RaisedAlert } from '../../journal/budgets.ts';
import type { SqliteStore } from './store.ts';
import type { Statement } from './writer-thread.ts';

/** Budgets across sessions in the store's tables. */
export class SqliteBudgets implements BudgetStore {
  readonly #store: SqliteStore;

  constructor(store: SqliteStore) {
    this.#store = store;
  }

  all(): BudgetRow[] {
    return this.#store.rows('SELECT * FROM budgets ORDER BY created_at, id').map(budgetOf);
  }

  find(id: string): BudgetRow | undefined {
    return this.#store.rows('SELECT * FROM budgets WHERE id = ?', id).map(budgetOf)[0];
  }

  same(budget: Pick<BudgetRow, 'owner' | 'only' | 'period' | 'measure'>): BudgetRow | undefined {
    const sql = 'SELECT * FROM budgets WHERE owner = ? AND scope = ?';
    return this.#store.rows(sql, budget.owner, scopeOf(budget)).map(budgetOf)[0];
  }

  async add(budget: BudgetRow): Promise<void> {
    const { id, owner, revision, createdAt } = budget;
    const sql = 'INSERT INTO budgets (id, owner, scope, doc, revision, created_at) VALUES (?, ?, ?, ?, ?, ?)';
    await this.#store.run([{ sql, params: [id, owner, scopeOf(budget), docOf(budget), revision, createdAt] }]);
  }

  async change(budget: BudgetRow): Promise<void> {
    const sql = 'UPDATE budgets SET doc = ?, revision = ? WHERE id = ?';
    await this.#store.run([{ sql, params: [docOf(budget), budget.revision, budget.id] }]);
  }

  async remove(id: string): Promise<void> {
    await this.#store.run(budgetRemoval('(SELECT id FROM budgets WHERE id = ?)', id));
  }

  raised(budget: string, { revision, periodStart }: BudgetTurn): RaisedAlert[] {
    const sql = `SELECT * FROM budget_alerts WHERE budget = ? AND revision = ? AND period_start = ?
                 ORDER BY at, threshold`;
    return this.#store.rows(sql, budget, revision, periodStart).map((row) => ({
      ...turnOf(row),
      budget,
      threshold: String(row['threshold']) as RaisedAlert['threshold'],
      session: String(row['session']),
      at: Number(row['at']),
    }));
  }

  async keepRaised({ budget, revision, periodStart, threshold, session, at }: RaisedAlert): Promise<void> {
    const sql = `INSERT INTO budget_alerts (budget, revision, period_start, threshold, session, at)
                 SELECT id, ?, ?, ?, ?, ? FROM budgets WHERE id = ? ON CONFLICT DO NOTHING`;
    await this.#store.run([{ sql, params: [revision, periodStart, threshold, session, at, budget] }]);
  }

  pauses(budget: string): BudgetPause[] {
    return this.#store
      .rows('SELECT * FROM budget_pauses WHERE budget = ? ORDER BY session', budget)
      .map((row) => ({ ...turnOf(row), budget, session: String(row['session']) }));
  }

  async keepPause({ budget, session, revision, periodStart }: BudgetPause): Promise<void> {
    const sql = `INSERT INTO budget_pauses (budget, session, revision, period_start)
                 SELECT id, ?, ?, ? FROM budgets WHERE id = ?
                 ON CONFLICT DO UPDATE SET revision = excluded.revision, period_start = excluded.period_start`;
    await this.#store.run([{ sql, params: [session, revision, periodStart, budget] }]);
  }

  async forgetPause(budget: string, session: string): Promise<void> {
    const sql = 'DELETE FROM budget_pauses WHERE budget = ? AND session = ?';
    await this.#store.run([{ sql, params: [budget, session] }]);
  }
}

/** Takes budgets away with what was kept for them; `ids` is a subquery with one parameter. */
export const budgetRemoval = (ids: string, param: string): Statement[] =>
  ['budget_pauses WHERE budget', 'budget_alerts WHERE budget', 'budgets WHERE id'].map((where) => ({
    sql: `DELETE FROM ${where} IN ${ids}`,
    params: [param],
  }));

const scopeOf = ({ only, period, measure }: Pick<BudgetRow, 'only' | 'period' | 'measure'>): string => {
  const { session = null, project = null, agent = null, model = null } = only;
  return JSON.stringify([session, project, agent, model, period, measure]);
};

type Doc = Omit<BudgetRow, 'id' | 'owner' | 'revision' | 'createdAt'>;
type Row = Record<string, unknown>;

const docOf = ({ id: _, owner: __, revision: ___, createdAt: ____, ...doc }: BudgetRow): string => JSON.stringify(doc);

const budgetOf = (row: Row): BudgetRow => ({
  id: String(row['id']),
  owner: String(row['owner']),
  revision: Number(row['revision']),
  createdAt: Number(row['created_at']),
  ...(JSON.parse(String(row['doc'])) as Doc),
});

const turnOf = (row: Row): BudgetTurn => ({
  revision: Number(row['revision']),
  periodStart: Number(row['period_start']),
});
