import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { exitCodes, Failure, usageFailure } from './failure.ts';
import { plain } from './plain.ts';
import type { Row, UsageKind, UsageReport } from './usage-lines.ts';

/** Which agent, model, directory or session is meant, where what was typed is not its whole name. */

export interface Filters {
  timeZone: string;
  since?: string;
  until?: string;
  source?: string;
  model?: string;
  project?: string;
  session?: string;
  breakdown?: boolean;
}

export type ReadReport = (kind: UsageKind, filters: Filters) => Promise<UsageReport>;

const named = ['source', 'model', 'project', 'session'] as const;
type Named = (typeof named)[number];

interface Kind {
  what: string;
  /** The report that has all names. */
  in: UsageKind;
  namesOf: (row: Row) => readonly string[];
}

const kinds: Record<Named, Kind> = {
  source: { what: 'agent', in: 'models', namesOf: (row) => ('sources' in row ? row.sources : []) },
  model: { what: 'model', in: 'models', namesOf: (row) => ('model' in row ? [row.model] : []) },
  project: {
    what: 'directory',
    in: 'projects',
    namesOf: (row) => ('project' in row && !('sessionId' in row) ? [row.project] : []),
  },
  session: { what: 'session', in: 'sessions', namesOf: (row) => ('sessionId' in row ? [row.sessionId] : []) },
};

/**
 * The report that was asked for. Where nothing fits, names that were typed in part are made whole, and it is asked for again.
 * Throws a Failure where a name fits nothing that there is, or several.
 */
export const reportFor = async (kind: UsageKind, typed: Filters, read: ReadReport): Promise<UsageReport> => {
  const { project } = typed;
  const filters = project === undefined ? typed : { ...typed, project: resolve(project) };
  const found = await read(kind, filters);
  const given = named.filter((name) => typed[name] !== undefined);
  if (found.rows.length > 0 || given.length === 0) return found;
  const meant: Filters = { ...filters };
  for (const name of given) meant[name] = await whole(name, typed, filters, read);
  return given.every((name) => meant[name] === filters[name]) ? found : read(kind, meant);
};

const shortestPart = 3;

const whole = async (name: Named, typed: Filters, filters: Filters, read: ReadReport): Promise<string> => {
  const { what, in: kind, namesOf } = kinds[name];
  const { rows } = await read(kind, { timeZone: typed.timeZone });
  const all = [...new Set(rows.flatMap(namesOf))];
  const [part = '', exact = ''] = [typed[name], filters[name]];
  if (all.includes(exact)) return exact;
  const fits = all.filter((one) => part.length >= shortestPart && one.toLowerCase().includes(part.toLowerCase()));
  if (fits.length === 1) return fits[0] ?? exact;
  // A folder is there whether anything was used in it or not.
  if (fits.length === 0 && name === 'project' && isFolder(part)) return exact;
  const hint = `see what there is with: stint usage ${kind}`;
  if (fits.length === 0)
    throw new Failure(exitCodes.notFound, 'not_found', `no ${what} “${plain(part)}” has used anything; ${hint}`);
  throw usageFailure(`“${plain(part)}” fits ${fits.length}: ${listed(fits)}; say which`, fits);
};

/** Whether what was typed can only be a path; a mere name may be a part of one that was misspelt. */
export const isFolder = (typed: string): boolean => /^(\.{0,2}\/|\.{1,2}$)/.test(typed) || existsSync(resolve(typed));

const mostListed = 8;

const listed = (names: readonly string[]): string => {
  const rest = names.length - mostListed;
  return names.slice(0, mostListed).map(plain).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
};
