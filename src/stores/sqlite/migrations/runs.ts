/**
 * Runs that are open, and those that ended by their end: what is asked for at every look costs what is found, not what ever
 * ran. `doc` changes with every record of tokens, but the rows in these indexes are few and the others only tested.
 */
export const runs = `
DROP INDEX sessions_with_run;
CREATE INDEX open_runs ON sessions (key) WHERE has_run = 1 AND status <> 'completed';
CREATE INDEX ended_runs ON sessions (json_extract(doc, '$.endTime')) WHERE has_run = 1 AND status = 'completed';
`;
