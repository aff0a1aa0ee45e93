/** Budgets across sessions, the alerts that were raised for them, and the sessions that they paused. */
export const budgets = `
CREATE TABLE budgets (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  -- Filter, period and measure as JSON: an owner has one of each.
  scope TEXT NOT NULL,
  -- All that its owner said, as JSON.
  doc TEXT NOT NULL,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (owner, scope)
) WITHOUT ROWID;

CREATE TABLE budget_alerts (
  budget TEXT NOT NULL REFERENCES budgets (id),
  revision INTEGER NOT NULL,
  period_start INTEGER NOT NULL,
  threshold TEXT NOT NULL,
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (budget, revision, period_start, threshold)
) WITHOUT ROWID;

CREATE TABLE budget_pauses (
  budget TEXT NOT NULL REFERENCES budgets (id),
  session TEXT NOT NULL,
  revision INTEGER NOT NULL,
  period_start INTEGER NOT NULL,
  PRIMARY KEY (budget, session)
) WITHOUT ROWID;
`;
