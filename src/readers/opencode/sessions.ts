/** Whose a message is. A subagent of opencode is a session with a parent; its responses belong to the first of them. */
import { type Fields, fieldsOf, textOf } from '../fields.ts';
import type { Sightings } from '../sightings.ts';
import { momentOf, timeIn } from './times.ts';

type Seen = Parameters<Sightings['see']>[0];

export interface Session {
  id: string;
  parentId?: string;
  /** The session that this one was forked from; early versions do not tell. */
  forkedFrom?: string;
  directory?: string;
  /** Absent while it only has the name that opencode gives to all. */
  title?: string;
  /** Unix ms. */
  bornAt?: number;
}

export interface Holder {
  sessionId: string;
  agentId?: string;
  sidechain: boolean;
  session: Session;
}

/** Deeper ones are no chains but circles. */
const deepest = 64;

export function holderOf(id: string, find: (id: string) => Session | undefined): Holder {
  const session = find(id) ?? { id };
  let root = session;
  for (let depth = 0; root.parentId !== undefined && depth < deepest; depth++) {
    // A parent that was deleted still is the parent.
    root = find(root.parentId) ?? { id: root.parentId };
  }
  return root.id === id
    ? { sessionId: id, sidechain: false, session }
    : { sessionId: root.id, agentId: id, sidechain: true, session };
}

/** What a message tells of the session that holds it. */
export function sightingsIn(data: Fields, { sessionId, agentId, session }: Holder, title = session.title): Seen[] {
  const { directory, forkedFrom, bornAt = 0 } = session;
  const times = ['created', 'completed'].flatMap((name) => timeIn(data, name) ?? []);
  return times.map((at) => ({
    source: 'opencode',
    sessionId,
    // What a fork brought along was not said in it.
    at: Math.max(at, bornAt),
    ...(agentId !== undefined && { agentId }),
    ...(directory !== undefined && { cwd: directory }),
    // What a subagent is called is no title of its session.
    ...(title !== undefined && agentId === undefined && { title }),
    ...(forkedFrom !== undefined && { forkedFrom }),
  }));
}

const givenTitle = /^(?:New|Child) session - \d{4}-\d\d-\d\dT/;

/** Of a row, or of a file that names the same fields as its version did. */
export function sessionOf(id: string, fields: Fields): Session {
  const parentId = textOf(fields['parent_id'] ?? fields['parentID']);
  const forkedFrom = textOf(fields['fork_session_id']);
  const directory = textOf(fields['directory']);
  const title = textOf(fields['title']);
  const bornAt = momentOf(fields['time_created'] ?? fieldsOf(fields['time'])?.['created']);
  return {
    id,
    ...(parentId !== undefined && parentId !== id && { parentId }),
    ...(forkedFrom !== undefined && { forkedFrom }),
    ...(directory !== undefined && { directory }),
    ...(title !== undefined && !givenTitle.test(title) && { title }),
    ...(bornAt !== undefined && { bornAt }),
  };
}
