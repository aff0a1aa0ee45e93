import type { Schemas } from '../sdk/index.ts';
import { ask } from './api.ts';
import { clientOf } from './client.ts';
import type { Connection } from './connection.ts';
import { askTarget } from './push-target.ts';
import type { Target } from './push-target.ts';
import type { Pushed } from '../place.ts';

/**
 * A walk through the ledger of one server that brings it to another. How far it has come is told after each step, so that one that
 * breaks off is gone on with; sending a part of it twice does no harm.
 */
export interface Walk {
  from: Connection;
  to: Target;
  machine: string;
  begin: Pushed;
  onStep: (pushed: Pushed, sums: PushSums) => void;
}

export interface PushSums {
  /** Responses that were sent. */
  sent: number;
  taken: number;
  known: number;
  leftOut: number;
}

type Page = Schemas['LedgerRows'];
type Body = Schemas['PushUsage'];

const pageRows = 500;
/** A server takes 1 MiB. */
const mostBytes = 900_000;
/** It may be slow, or behind one that is. */
const patienceMs = 120_000;

export const walkLedger = async ({ from, to, machine, begin, onStep }: Walk): Promise<PushSums> => {
  const [here, there] = [clientOf(from), clientOf({ ...to, isHere: false }, patienceMs)];
  const sums: PushSums = { sent: 0, taken: 0, known: 0, leftOut: 0 };
  const { since } = begin;
  let { upTo, after } = begin;
  for (;;) {
    const query = { limit: pageRows, ...(since !== undefined && { since }), ...(after !== undefined && { after }) };
    const page: Page = await ask(here.GET('/api/usage/rows', { params: { query } }));
    upTo ??= page.upTo;
    for (const body of bodiesOf(machine, page)) {
      const { taken, known } = await askTarget(to, () => there.POST('/api/usage/push', { body }));
      sums.sent += body.rows.length;
      sums.taken += taken;
      sums.known += known;
    }
    sums.leftOut += page.leftOut;
    after = page.next;
    if (after === undefined) break;
    onStep({ ...(since !== undefined && { since }), upTo, after }, sums);
  }
  onStep({ since: upTo }, sums);
  return sums;
};

const nameOf = ({ source, sessionId }: { source: string; sessionId: string }): string => `${source} ${sessionId}`;

/** The rows of a page, each with what is known of its session, in bodies that a server takes. */
const bodiesOf = (machine: string, { rows, sessions }: Page): Body[] => {
  const known = new Map(sessions.map((session) => [nameOf(session), session]));
  const bodies: (Body & { sessions: Page['sessions'] })[] = [];
  let bytes = Infinity;
  let told = new Set<string>();
  for (const row of rows) {
    const session = known.get(nameOf(row));
    const size = sizeOf(row) + (session === undefined ? 0 : sizeOf(session));
    if (bytes + size > mostBytes) {
      bodies.push({ machine, rows: [], sessions: [] });
      [bytes, told] = [0, new Set()];
    }
    bytes += size;
    const body = bodies.at(-1)!;
    body.rows.push(row);
    if (session === undefined || told.has(nameOf(row))) continue;
    told.add(nameOf(row));
    body.sessions.push(session);
  }
  return bodies;
};

const sizeOf = (value: object): number => Buffer.byteLength(JSON.stringify(value)) + 1;
