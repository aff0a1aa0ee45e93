/** Hooks on alerts and what is to be delivered to them; indexes for the events that are looked up by their type. */
export const hooks = `
CREATE INDEX comments_of_session ON events (session, seq) WHERE type = 'commented';
CREATE INDEX alerts_of_session ON events (session, seq) WHERE type = 'alert_raised';
CREATE INDEX alerts ON events (position) WHERE type = 'alert_raised';

CREATE TABLE hooks (
  id TEXT PRIMARY KEY,
  user TEXT NOT NULL,
  -- What it is and what it hears of, as JSON.
  doc TEXT NOT NULL,
  secret TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Alerts up to this position of the journal have their deliveries.
  cursor INTEGER NOT NULL,
  failing_since INTEGER,
  held_until INTEGER,
  off_at INTEGER,
  off_reason TEXT
) WITHOUT ROWID;
CREATE INDEX hooks_of_user ON hooks (user);

CREATE TABLE deliveries (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  hook TEXT NOT NULL REFERENCES hooks (id),
  position INTEGER NOT NULL,
  state TEXT NOT NULL,
  message TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  -- When it is tried next; null once it is settled.
  next_at INTEGER,
  last_at INTEGER,
  last_result TEXT,
  UNIQUE (hook, position)
);
CREATE INDEX deliveries_of_hook ON deliveries (hook, key);
CREATE INDEX deliveries_due ON deliveries (hook, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_settled ON deliveries (created_at) WHERE next_at IS NULL;
`;
