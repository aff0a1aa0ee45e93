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
/** Changes of budget and name have no frame of their own: what is older is asked for again, ms. */
const staleMs = 10_000;

/** Sessions that are watched, kept up to date by the frames that come in and what has to be asked for besides. */
export class Board {
  readonly #client: Client;
  readonly #onChange: () => void;
  readonly #watched = new Map<string, Watched>();
  readonly #askedAt = new Map<string, number>();
  readonly #asking = new Map<string, Promise<void>>();

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
    if (frame.type === 'error') return;
    const { sessionId } = frame;
    const met = this.#watched.get(sessionId);
    if (met) this.#watched.set(sessionId, heard(met, frame));
    const isNews = met === undefined || frame.type !== 'timer_update' || frame.status !== met.session.status;
    if (isNews || performance.now() - (this.#askedAt.get(sessionId) ?? 0) > staleMs) void this.refresh(sessionId);
    this.#onChange();
  }

  /** Asks for what frames do not tell; one question at a time for each session. */
  refresh(id: string): Promise<void> {
    const asking = this.#asking.get(id) ?? this.#ask(id).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  async #ask(id: string): Promise<void> {
    this.#askedAt.set(id, performance.now());
    const params = { path: { id } };
    try {
      const [session, projection] = await Promise.all([
        ask(this.#client.GET('/api/sessions/{id}', { params })),
        ask(this.#client.GET('/api/sessions/{id}/projection', { params })),
      ]);
      this.#watched.set(id, { alerts: [], ...this.#watched.get(id), session, projection });
    } catch (error) {
      // What is shown stays as it is while the server is away.
      if (!(error instanceof Failure)) throw error;
      if (error.error === 'session_not_found') this.#watched.delete(id);
    }
    this.#onChange();
  }
}

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
    case 'error':
      return watched;
  }
};
