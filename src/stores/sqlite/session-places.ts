import type { AgentSession, SessionPlaces } from '../../journal/budgets.ts';
import type { SqliteStore } from './store.ts';

/** Where the agents' own sessions are, as the ledger has adopted them. */
export class SqliteSessionPlaces implements SessionPlaces {
  readonly #store: SqliteStore;

  constructor(store: SqliteStore) {
    this.#store = store;
  }

  sessionsOf({ source, sessionId }: AgentSession): string[] {
    const sql = `SELECT a.session FROM usage_scopes s JOIN usage_agents a ON a.scope = s.key
                 WHERE s.source = ? AND a.agent_session = ? AND a.session IS NOT NULL`;
    return this.#store.rows(sql, source, sessionId).map(({ session }) => String(session));
  }

  agentsOf(session: string): AgentSession[] {
    const sql = `SELECT s.source, a.agent_session AS id FROM usage_agents a JOIN usage_scopes s ON s.key = a.scope
                 WHERE a.session = ?`;
    return this.#store.rows(sql, session).map(({ source, id }) => ({ source: String(source), sessionId: String(id) }));
  }
}
