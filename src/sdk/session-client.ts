import type { ExecuteResult, ISessionClient, SessionMetadata } from '../contract/session-server.ts';
import { createClient, StintError, unwrap } from './client.ts';
import type { ClientOptions, Schemas, StintClient } from './client.ts';

export interface SessionClientOptions extends ClientOptions {
  /** Who asks, as the session's journal names them; nobody in particular when absent. */
  clientId?: string;
}

/**
 * REPL sessions of a server, over HTTP. A command is sent once: where its answer is lost, what became of it is in the session's journal.
 *
 * @example
 * const sessions = new SessionClient({ url: 'http://127.0.0.1:8082', token });
 * await sessions.init();
 * const { output } = await sessions.executeCommand('notes', 'const n = 41; n + 1');
 */
export class SessionClient implements ISessionClient {
  readonly #client: StintClient;
  readonly #headers: Record<string, string>;

  constructor({ clientId, ...options }: SessionClientOptions) {
    this.#client = createClient(options);
    this.#headers = clientId === undefined ? {} : { 'x-client-id': clientId };
  }

  /** Resolves when the server has answered and knows the token; rejects with a {@link StintError}, or where none can be reached. */
  async init(): Promise<void> {
    unwrap(await this.#client.GET('/api/me'));
  }

  /** Creates the session where there is none of that name. What the code throws is its output. */
  async executeCommand(sessionName: string, command: string): Promise<ExecuteResult> {
    const answer = await this.#client.POST('/api/repl/sessions/{name}/execute', {
      ...of(sessionName),
      body: { command },
      headers: this.#headers,
    });
    const { output, shouldExit } = unwrap(answer);
    return { output, shouldExit };
  }

  /** Those that the token's user may see, newest first. */
  async listSessions(): Promise<SessionMetadata[]> {
    const { sessions } = unwrap(await this.#client.GET('/api/repl/sessions'));
    return sessions.map(revived);
  }

  /** Null where there is none; it is not created. */
  async getSession(name: string): Promise<SessionMetadata | null> {
    try {
      return revived(unwrap(await this.#client.GET('/api/repl/sessions/{name}', of(name))));
    } catch (error) {
      if (error instanceof StintError && error.status === 404) return null;
      throw error;
    }
  }

  /** A full image of the session is written now; rejects where there is no such session. */
  async forceSave(sessionName: string): Promise<void> {
    unwrap(await this.#client.POST('/api/repl/sessions/{name}/save', of(sessionName)));
  }
}

const of = (name: string) => ({ params: { path: { name } } });

const revived = (session: Schemas['ReplSession']): SessionMetadata => ({
  id: session.id,
  name: session.name,
  created: new Date(session.created),
  lastAccessed: new Date(session.lastAccessed),
  eventCount: session.eventCount,
  checkpointCount: session.checkpointCount,
  size: session.size,
});
