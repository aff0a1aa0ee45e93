/** Official readings of providers' limits. */
export const limits = `
CREATE TABLE limit_readings (
  key INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  source TEXT NOT NULL,
  window_minutes INTEGER NOT NULL,
  -- The minute in which the window ends; where that is not told, the moment of the reading, negative.
  window_end INTEGER NOT NULL,
  used_percent REAL NOT NULL,
  resets_at INTEGER,
  at INTEGER NOT NULL,
  told_at INTEGER NOT NULL,
  UNIQUE (owner, source, window_minutes, window_end, used_percent)
);
CREATE INDEX limit_readings_by_time ON limit_readings (owner, told_at);
CREATE INDEX limit_readings_by_age ON limit_readings (told_at);
`;
