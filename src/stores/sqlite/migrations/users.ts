/** Users besides the owner, their e-mails and teams; tokens that may start what runs on the host. */
export const users = `
-- Folded: two names that differ in case alone are one.
ALTER TABLE users ADD COLUMN name_folded TEXT;
ALTER TABLE users ADD COLUMN email TEXT;
ALTER TABLE users ADD COLUMN email_folded TEXT;
UPDATE users SET name_folded = lower(name);
CREATE UNIQUE INDEX users_by_name ON users (name_folded);
CREATE UNIQUE INDEX users_by_email ON users (email_folded);
CREATE UNIQUE INDEX one_owner ON users (role) WHERE role = 'owner';

ALTER TABLE tokens ADD COLUMN host INTEGER NOT NULL DEFAULT 0;
CREATE INDEX tokens_of_user ON tokens (user);

-- A team is there as long as somebody is in it.
CREATE TABLE team_members (
  team_folded TEXT NOT NULL,
  user TEXT NOT NULL REFERENCES users (id),
  team TEXT NOT NULL,
  PRIMARY KEY (team_folded, user)
) WITHOUT ROWID;
CREATE INDEX teams_of_user ON team_members (user, team);
`;
