/**
 * Images of REPL sessions: what the memory of a session's sandbox was, after a command or where one waited. Most are a few hundred
 * bytes, the difference from the one before. `engine`: a memory in which nothing had run, which the first ones differ from; it is also
 * what tells whether an image can be brought to life.
 */
export const repl = `
CREATE TABLE repl_engines (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  -- Hash of the program that the memory is of.
  binary TEXT NOT NULL,
  -- JSON: what is needed beside the memory.
  pointers TEXT NOT NULL,
  image BLOB NOT NULL
);
CREATE TABLE repl_images (
  session INTEGER NOT NULL,
  -- From 0 within the session.
  n INTEGER NOT NULL,
  -- The image that it is the difference from; NULL for the engine's memory.
  base INTEGER,
  engine INTEGER NOT NULL,
  frame BLOB NOT NULL,
  PRIMARY KEY (session, n)
) WITHOUT ROWID;
`;
