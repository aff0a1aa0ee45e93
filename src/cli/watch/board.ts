import type { Schemas, Session } from '../../sdk/index.ts';
import type { Client } from '../client.ts';
import { ask } from '../api.ts';
import { Failure } from '../failure.ts';
import type { ServerFrame } from '../live.ts';

/** A session as it is watched: what the server told last. */
export interface Watched {
  session: Session;
  projection: Schemas['UsageProjection'];
  alerts: readonly Alert[];
}

export interface Alert {
  at: number;
  level: 'warning' | 'error';
  message: string;
}

const alertsKept = 3;
const listed = 200;
/** Changes of budget and name have no frame of their own: what is older is asked for again, ms. */
const staleMs = 10_000;

/** Sessions that are watched, kept up to date by the frames that come in and what has to be asked for besides. */
export class Board {
  #client: Client;
  readonly #onChange: () => void;
  readonly #watched = new Map<string, Watched>();
  readonly #askedAt = new Map<string, number>();
  readonly #asking = new Map<string, Promise<void>>();
  readonly #askedNext = new Map<string, Promise<void>>();

  constructor(client: Client, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  /** Newest first. */
  get all(): readonly Watched[] {
    return [...this.#watched.values()].toSorted((a, b) => b.session.startTime - a.session.startTime);
  }

  get(id: string): Watched | undefined {
    return this.#watched.get(id);
  }

  put(session: Session): void {
    const met = this.#watched.get(session.id);
    this.#watched.set(session.id, { projection: unknownProjection, alerts: [], ...met, session });
  }

  hear(frame: ServerFrame): void {
    // What a gap leaves out was asked for when the connection was back.
    if (frame.type === 'gap') return;
    const { sessionId } = frame;
    const met = this.#watched.get(sessionId);
    if (met) this.#watched.set(sessionId, heard(met, frame));
    const isNews = met === undefined || frame.type !== 'timer_update' || frame.status !== met.session.status;
    if (isNews || performance.now() - (this.#askedAt.get(sessionId) ?? 0) > staleMs) void this.refresh(sessionId);
    this.#onChange();
  }

  /** The server is there again, maybe elsewhere: what is watched, or all that is open now, is asked for anew. */
  async back(client: Client, chosen: string | undefined): Promise<void> {
    this.#client = client;
    this.#askedAt.clear();
    if (chosen !== undefined) return this.refresh(chosen);
    const known = [...this.#watched.keys()];
    const open = await openSessions(client).catch(() => undefined);
    if (open === undefined || client !== this.#client) return;
    const isOpen = new Set(open.map(({ id }) => id));
    for (const id of known) if (!isOpen.has(id)) this.#watched.delete(id);
    for (const session of open) this.put(session);
    this.#onChange();
  }

  /**
   * Asks for what frames do not tell, one question at a time for each session. What it resolves with was asked after the call:
   * an answer on its way may be older than what was just heard. It never rejects; what failed is asked again at the next frame.
   */
  refresh(id: string): Promise<void> {
    const next = this.#askedNext.get(id);
    if (next) return next;
    const asking = this.#asking.get(id);
    if (!asking) return this.#start(id);
    const after = asking.then(() => {
      this.#askedNext.delete(id);
      return this.#start(id);
    });
    this.#askedNext.set(id, after);
    return after;
  }

  #start(id: string): Promise<void> {
    const asking = this.#ask(id).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  async #ask(id: string): Promise<void> {
    this.#askedAt.set(id, performance.now());
    const client = this.#client;
    const params = { path: { id } };
    try {
      const [session, projection] = await Promise.all([
        ask(client.GET('/api/sessions/{id}', { params })),
        ask(client.GET('/api/sessions/{id}/projection', { params })),
      ]);
      if (client !== this.#client) return;
      this.#watched.set(id, { alerts: [], ...this.#watched.get(id), session, projection });
    } catch (error) {
      // What is shown stays as it is while the server is away.
      this.#askedAt.delete(id);
      if (error instanceof Failure && error.error === 'session_not_found') this.#watched.delete(id);
    }
    this.#onChange();
  }
}

export const openSessions = async (client: Client): Promise<Session[]> => {
  const lists = await Promise.all(
    (['active', 'paused'] as const).map((status) =>
      ask(client.GET('/api/sessions', { params: { query: { status, limit: listed } } })),
    ),
  );
  return lists.flatMap(({ sessions }) => sessions);
};

const unknownProjection = { currentRate: 0, projectedTotal: 0, timeToLimit: null, confidence: 0 };

const heard = (watched: Watched, frame: ServerFrame): Watched => {
  const { session, projection, alerts } = watched;
  switch (frame.type) {
    case 'timer_update': {
      const { elapsed, remaining, status } = frame;
      return { ...watched, session: { ...session, elapsed, remaining, status } };
    }
    case 'token_update': {
      const { totalUsed, projectedTotal = projection.projectedTotal } = frame;
      return {
        ...watched,
        session: { ...session, tokensUsed: totalUsed },
        projection: { ...projection, projectedTotal },
      };
    }
    case 'alert': {
      const alert = { at: Date.now(), level: frame.level, message: frame.message };
      return { ...watched, alerts: [...alerts, alert].slice(-alertsKept) };
    }
    case 'checkpoint':
    case 'gap':
      return watched;
  }
};
