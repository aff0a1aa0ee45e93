import type { Recorded } from '../contract/event.ts';
import { bearerOf } from './client.ts';
import { eventsIn } from './event-text.ts';
import { isFinal, refusalOf } from './server.ts';
import type { FindServer } from './server.ts';
import { backoffMs } from './timing.ts';
import type { Timing } from './timing.ts';

/** An event of the journal, or how it is followed. */
export type EventFrame =
  | Recorded
  /** The session ends before what was heard last (a backup was restored): it goes on after `last`. */
  | { type: 'gap'; after: number; last: number }
  | { type: 'away' }
  | { type: 'back'; url: string };

export interface FollowEvents {
  /** The `seq` of the last event that was heard; all from the beginning when absent. */
  after?: number | undefined;
  signal?: AbortSignal;
}

interface Followed {
  find: FindServer;
  timing: Timing;
  session: string;
  after: number;
  signal: AbortSignal;
}

/** The server says something every 15 s; a stream that is silent for longer is dead, ms. */
const silenceMs = 40_000;

/** A session's events over any number of connections: each once, in order, none left out but by a `gap`. */
export async function* followEvents(followed: Followed): AsyncGenerator<EventFrame, void, undefined> {
  const { timing, signal } = followed;
  let last = followed.after;
  let failures = 0;
  let isAway = false;
  while (!signal.aborted) {
    const attempt = new Attempt(timing, signal);
    try {
      const { url, body } = await attempt.within(open(followed, last, attempt.signal));
      isAway = false;
      yield { type: 'back', url };
      for await (const frame of heardIn(body, attempt)) {
        failures = 0;
        if (frame.type === 'gap') last = frame.last;
        else if (frame.seq <= last) continue;
        else last = frame.seq;
        yield frame;
      }
    } catch (error) {
      if (isFinal(error)) throw error;
      if (!signal.aborted && !attempt.wasOpen && !isAway) {
        isAway = true;
        yield { type: 'away' };
      }
    } finally {
      attempt.end();
    }
    await pause(backoffMs(failures++, timing), timing, signal);
  }
}

/** One connection: what is waited for ends with it, when it is given up, or after a long silence. */
class Attempt {
  readonly #given = new AbortController();
  readonly #timing: Timing;
  readonly signal: AbortSignal;
  wasOpen = false;

  constructor(timing: Timing, signal: AbortSignal) {
    this.#timing = timing;
    this.signal = AbortSignal.any([signal, this.#given.signal]);
  }

  async within<T>(promise: Promise<T>): Promise<T> {
    const stop = this.#timing.after(silenceMs, () => this.end());
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const end = () => reject(new Error('the connection ended'));
    this.signal.addEventListener('abort', end);
    if (this.signal.aborted) end();
    try {
      return await Promise.race([promise, ended]);
    } finally {
      this.signal.removeEventListener('abort', end);
      stop();
    }
  }

  end(): void {
    this.#given.abort();
  }
}

const open = async ({ find, session }: Followed, last: number, signal: AbortSignal) => {
  const server = await find();
  if (server === undefined) throw new Error('no server');
  const headers = {
    authorization: bearerOf(server.token),
    accept: 'text/event-stream',
    ...(last < 0 ? {} : { 'last-event-id': String(last) }),
  };
  const answer = await fetch(`${server.url}/api/sessions/${encodeURIComponent(session)}/events`, { headers, signal });
  if (!answer.ok || answer.body === null) throw await refusalOf(answer);
  return { url: server.url, body: answer.body };
};

/** Ends with the stream, and throws where it was cut. */
async function* heardIn(
  body: ReadableStream<Uint8Array>,
  attempt: Attempt,
): AsyncGenerator<Recorded | { type: 'gap'; after: number; last: number }, void, undefined> {
  attempt.wasOpen = true;
  const reader = body.getReader();
  const parse = eventsIn();
  for (;;) {
    const { value, done } = await attempt.within(reader.read());
    if (done) return;
    for (const { event, data } of parse(value)) {
      if (event === 'gap') yield { type: 'gap', ...(JSON.parse(data) as { after: number; last: number }) };
      else yield JSON.parse(data) as Recorded;
    }
  }
}

const pause = (ms: number, timing: Timing, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      stop();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const stop = timing.after(ms, end);
    signal.addEventListener('abort', end);
  });
