import { getHeapStatistics } from 'node:v8';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../contract/problem.ts';
import { isOwner } from '../rights.ts';
import { wantsStream } from './event-stream.ts';

/**
 * Refuses work before it is more than the memory holds.
 *
 *  S1  What the requests under way may take of the heap is estimated before any of it is read, and stays below a part of it.
 *  S2  A request is under way until its answer is gone: a slow reader's too. A large answer that nobody reads is given up.
 *  S3  Small reads have a part of their own, and so have streams, which last as long as their readers like: however many there
 *      are, they keep nobody from working. Health is always told.
 *  S4  When the heap is nearly full all the same, only small reads are taken, and always one request when no other is under
 *      way: what it allocates makes room.
 *  S5  Nobody shuts out the others by what they ask for and do not finish: who needs no token has a small part of their own, and
 *      no user but the owner has more than half of the part for work, or for streams.
 */

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Of the heap, per byte of a body: its text, what it is parsed to, and the text of the events that come of it. */
const heapPerBodyByte = 16;
const smallBytes = 32 * kibibyte;
/** Of a session, with what is read ahead of its checkpoints. */
const sessionBytes = 512 * kibibyte;
/** A page of events has up to 4 MiB; a page of large rows takes that and its text. */
const largeAnswerBytes = 8 * mebibyte;
/** A page of a list, and its text. */
const pageBytes = 512 * kibibyte;
const streamBytes = 256 * kibibyte;
/** What V8 adds to its limit for what is young. */
const youngBytes = 192 * mebibyte;
const smallestHeap = 64 * mebibyte;
const fullAt = 0.85;
const lookMs = 10;
const unreadMs = 60_000;
const tellMs = 10_000;

const eventsPath = '/api/sessions/:id/events';

/** Answers that can be as long as a session's life, or all lives. */
const wholeHistories = new Set(['/api/sessions/:id/tokens', eventsPath, '/api/analytics/export']);

/** What an owner looks at while something is wrong. */
const smallReads: Readonly<Record<string, number>> = {
  '/api/me': smallBytes,
  '/api/status': smallBytes,
  '/api/sessions/:id': sessionBytes,
  '/api/sessions/:id/projection': smallBytes,
  '/metrics': smallBytes,
};

export interface Heap {
  /** Bytes that the old generation may have. */
  limit: number;
  used: () => number;
}

export const ownHeap = (): Heap => ({
  limit: Math.max(smallestHeap, getHeapStatistics().heap_size_limit - youngBytes),
  used: () => getHeapStatistics().used_heap_size,
});

/** After the guard, before the body: who may not ask is not counted. */
export const shedding = (app: FastifyInstance, log: FastifyBaseLogger, heap = ownHeap()): void => {
  const load = new Load(heap);
  const tell = newTeller(log);
  app.addHook('onRequest', (request, reply, done) => {
    const weight = weightOf(request);
    if (weight === undefined) return done();
    if (!load.admit(weight)) {
      tell();
      return done(
        new Problem('overloaded', 'the server has more to do than its memory holds; nothing was changed, try again'),
      );
    }
    if (weight.bytes === largeAnswerBytes) request.raw.socket.setTimeout(unreadMs);
    reply.raw.once('close', () => load.release(weight));
    done();
  });
};

/** What a request counts as. */
export interface Weight {
  /** Of heap. */
  bytes: number;
  part: Part;
  /** Whose work or stream it is; absent for the owner's, which may fill its part. */
  user?: string;
}

/** `strangers`: what needs no token, and has a body. */
type Part = 'work' | 'streams' | 'smallReads' | 'strangers';

/** Of the heap. */
const parts: Readonly<Record<Part, number>> = { work: 1 / 2, streams: 1 / 4, smallReads: 1 / 8, strangers: 1 / 32 };
const mostOfOneUser = 1 / 2;

/** What is under way, in bytes of heap. */
export class Load {
  readonly #heap: Heap;
  readonly #underWay: Record<Part, number> = { work: 0, streams: 0, smallReads: 0, strangers: 0 };
  /** By part and user. */
  readonly #ofUsers = new Map<string, number>();
  #lookedAt = -Infinity;
  #isFull = false;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  admit(weight: Weight): boolean {
    if (!this.#hasRoom(weight)) return false;
    this.#count(weight, weight.bytes);
    return true;
  }

  release(weight: Weight): void {
    this.#count(weight, -weight.bytes);
  }

  #hasRoom({ bytes, part, user }: Weight): boolean {
    const most = this.#heap.limit * parts[part];
    const underWay = this.#underWay[part];
    if (part === 'smallReads' || part === 'strangers') return underWay + bytes <= most;
    // S5
    const ofUser = user === undefined ? 0 : (this.#ofUsers.get(keyOf(part, user)) ?? 0);
    if (ofUser > 0 && ofUser + bytes > most * mostOfOneUser) return false;
    // S4
    if (part === 'work' && underWay === 0) return true;
    return underWay + bytes <= most && !this.#heapIsFull(bytes);
  }

  #count({ part, user }: Weight, bytes: number): void {
    this.#underWay[part] += bytes;
    if (user === undefined) return;
    const key = keyOf(part, user);
    const ofUser = (this.#ofUsers.get(key) ?? 0) + bytes;
    if (ofUser === 0) this.#ofUsers.delete(key);
    else this.#ofUsers.set(key, ofUser);
  }

  /** Looked at for whatever is large, and for the rest now and then. */
  #heapIsFull(bytes: number): boolean {
    const now = performance.now();
    if (bytes > smallBytes || now - this.#lookedAt > lookMs) {
      this.#lookedAt = now;
      this.#isFull = this.#heap.used() > this.#heap.limit * fullAt;
    }
    return this.#isFull;
  }
}

const keyOf = (part: Part, user: string): string => `${part} ${user}`;

/** Undefined for what is not counted: health, and sockets, which have bounds of their own. */
const weightOf = ({ method, headers, routeOptions, caller }: FastifyRequest): Weight | undefined => {
  const { url = '', config, bodyLimit } = routeOptions;
  if (url === '/health' || config.socket === true) return undefined;
  const length = headers['content-length'];
  const bodyBytes = headers['transfer-encoding'] === undefined ? Number(length ?? 0) : bodyLimit;
  const user = caller && !isOwner(caller.user) ? { user: caller.user.id } : {};
  if (method !== 'GET' || bodyBytes > 0) {
    const bytes = smallBytes + heapPerBodyByte * Math.min(bodyBytes, bodyLimit);
    return { bytes, part: caller ? 'work' : 'strangers', ...user };
  }
  const small = smallReads[url] ?? (url.startsWith('/api/') ? undefined : smallBytes);
  if (small !== undefined) return { bytes: small, part: 'smallReads' };
  if (url === eventsPath && wantsStream({ headers })) return { bytes: streamBytes, part: 'streams', ...user };
  return { bytes: wholeHistories.has(url) ? largeAnswerBytes : pageBytes, part: 'work', ...user };
};

/** One line for many refusals. */
const newTeller = (log: FastifyBaseLogger): (() => void) => {
  let toldAt = -Infinity;
  let refused = 0;
  return () => {
    refused += 1;
    const now = performance.now();
    if (now - toldAt < tellMs) return;
    log.warn({ refused }, 'requests are refused: there is more under way than the memory holds');
    toldAt = now;
    refused = 0;
  };
};
