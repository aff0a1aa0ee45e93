import type { Statement } from './writer-thread.ts';

/** How often a session was removed: a reader that keeps presences in memory loads them anew. */
export const removalsSetting = 'sessions_removed';

/** Takes a session's activity back, in the transaction that removes the session, before its row goes. */
export const activityRemoval = (session: string, version: number): Statement[] => {
  const params = [session, version];
  const named = '(SELECT key FROM sessions WHERE id = ? AND version = ?)';
  return [
    {
      sql: `UPDATE owner_slots SET tokens = owner_slots.tokens - own.tokens
            FROM (SELECT slots.slot, slots.tokens, owners.key AS owner
                  FROM sessions JOIN session_slots slots ON slots.session = sessions.key
                  JOIN activity_owners owners ON owners.id = sessions.owner
                  WHERE sessions.id = ? AND sessions.version = ?) own
            WHERE owner_slots.slot = own.slot AND owner_slots.owner = own.owner`,
      params,
    },
    ...['session_slots', 'presences', 'open_spans'].map((table) => ({
      sql: `DELETE FROM ${table} WHERE session = ${named}`,
      params,
    })),
    {
      sql: `INSERT INTO settings (name, value) SELECT '${removalsSetting}', '1' WHERE EXISTS ${named}
            ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1`,
      params,
    },
  ];
};
