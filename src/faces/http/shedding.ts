import { getHeapStatistics } from 'node:v8';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../contract/problem.ts';
import { wantsStream } from './event-stream.ts';

/**
 * Refuses work before it is more than the memory holds.
 *
 *  S1  What the requests under way may take of the heap is estimated before any of it is read, and stays below a part of it.
 *  S2  A request is under way until its answer is gone: a slow reader's too. A large answer that nobody reads is given up.
 *  S3  Small reads have a part of their own, and health is always told.
 *  S4  When the heap is nearly full all the same, only small reads are taken, and always one request when no other is under
 *      way: what it allocates makes room.
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
    const { bytes, isSmallRead } = weight;
    if (!load.admit(bytes, isSmallRead)) {
      tell();
      return done(
        new Problem('overloaded', 'the server has more to do than its memory holds; nothing was changed, try again'),
      );
    }
    if (bytes === largeAnswerBytes) request.raw.socket.setTimeout(unreadMs);
    reply.raw.once('close', () => load.release(bytes, isSmallRead));
    done();
  });
};

/** What is under way, in bytes of heap. */
export class Load {
  readonly #heap: Heap;
  #work = 0;
  #smallReads = 0;
  #lookedAt = -Infinity;
  #isFull = false;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  admit(bytes: number, isSmallRead: boolean): boolean {
    const { limit } = this.#heap;
    if (isSmallRead) {
      if (this.#smallReads + bytes > limit / 8) return false;
      this.#smallReads += bytes;
      return true;
    }
    // S4
    if (this.#work > 0 && (this.#work + bytes > limit / 2 || this.#heapIsFull(bytes))) return false;
    this.#work += bytes;
    return true;
  }

  release(bytes: number, isSmallRead: boolean): void {
    if (isSmallRead) this.#smallReads -= bytes;
    else this.#work -= bytes;
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

interface Weight {
  bytes: number;
  isSmallRead: boolean;
}

/** Undefined for what is not counted: health, and sockets, which have bounds of their own. */
const weightOf = ({ method, headers, routeOptions }: FastifyRequest): Weight | undefined => {
  const { url = '', config, bodyLimit } = routeOptions;
  if (url === '/health' || config.socket === true) return undefined;
  const length = headers['content-length'];
  const bodyBytes = headers['transfer-encoding'] === undefined ? Number(length ?? 0) : bodyLimit;
  if (method !== 'GET' || bodyBytes > 0) {
    return { bytes: smallBytes + heapPerBodyByte * Math.min(bodyBytes, bodyLimit), isSmallRead: false };
  }
  const small = smallReads[url] ?? (url.startsWith('/api/') ? undefined : smallBytes);
  if (small !== undefined) return { bytes: small, isSmallRead: true };
  if (url === eventsPath && wantsStream({ headers })) return { bytes: streamBytes, isSmallRead: false };
  return { bytes: wholeHistories.has(url) ? largeAnswerBytes : pageBytes, isSmallRead: false };
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
