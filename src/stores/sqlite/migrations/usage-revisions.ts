/**
 * When a response was last put or changed, other than in its price: what is new since somebody last looked. A transaction has one
 * revision, higher than all before it and at least the time in Unix ms, so that it goes on rising where an older database is put
 * in the place of this one.
 */
export const usageRevisions = `
ALTER TABLE responses ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
CREATE TABLE usage_revision (last INTEGER NOT NULL);
INSERT INTO usage_revision (last) VALUES (0);
`;
