import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { ReadFile } from '../../contract/usage.ts';
import type { FoundText, SpokenBy, TextQuery, TextsFound } from '../../journal/search.ts';
import { keptBytes } from '../../journal/search.ts';
import type { SessionSummary } from '../../journal/sessions.ts';
import { markEnd, markStart, matchOf } from './text-form.ts';
import { snippetOf } from './text-snippet.ts';

/** Reads of texts over one connection. */
export interface TextTables {
  findTexts(query: TextQuery): TextsFound;
  textPlaces(source: string): ReadFile[];
}

/** Of what fits, only so many of the latest are ranked: words that are everywhere would else take seconds. */
const mostRanked = 20_000;
/** What was said just now weighs twice as much as what was said long ago, and halfway between after so many ms. */
const recentMs = 30 * 86_400_000;

export const newTextTables = (db: DatabaseSync): TextTables => {
  // A server without any search keeps no statements for it.
  const statements = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, known);
    return known;
  };

  const found = (key: number, match: string): FoundText | undefined => {
    const row = statement(rowSql).get(key);
    const shown = statement(highlightSql).get(markStart, markEnd, match, key);
    // Taken away since the first statement.
    if (row === undefined || shown === undefined) return undefined;
    return { ...foundIn(row), ...snippetOf(String(shown['text'])) };
  };

  return {
    findTexts: (query) => {
      const { limit, walk, terms } = query;
      const { now, offset, upTo = Number(statement('SELECT max(key) AS key FROM texts').get()?.['key'] ?? 0) } = walk;
      const match = matchOf(terms);
      const { sessions, texts } = conditions(query);
      const rows = statement(rankedSql(sessions.where, texts.where)).all(
        ...sessions.params,
        now,
        match,
        upTo,
        ...texts.params,
        limit,
        offset,
      );
      const total = rows.length === 0 ? 0 : Number(rows[0]?.['total']);
      const after = offset + rows.length;
      return {
        texts: rows.flatMap(({ key }) => found(Number(key), match) ?? []),
        total,
        ...(rows.length > 0 && after < total && { next: { now, offset: after, upTo } }),
      };
    },
    textPlaces: (source) =>
      statement('SELECT * FROM text_files WHERE source = ?')
        .all(source)
        .map((row) => ({
          source,
          file: String(row['file']),
          cursor: String(row['cursor']),
          stamp: String(row['stamp']),
          skipped: JSON.parse(String(row['skipped'])) as Record<string, number>,
        })),
  };
};

interface Conditions {
  where: string[];
  params: SQLInputValue[];
}

const conditions = ({ owner, source, session, project, since, until, by }: TextQuery) => {
  const below = project === undefined ? undefined : `${project.replace(/\/+$/, '')}/`;
  const ofSessions: Condition[] = [
    ['c.owner = ?', owner],
    ['c.source = ?', source],
    ['? IN (a.session, a.agent_session)', session],
    ["instr(json_extract(s.doc, '$.agent.directory') || '/', ?) = 1", below],
  ];
  const ofTexts: Condition[] = [
    ['t.at >= ?', since],
    ['t.at < ?', until],
    ['t.by = ?', by],
  ];
  return { sessions: given(ofSessions), texts: given(ofTexts) };
};

type Condition = readonly [sql: string, value: SQLInputValue | undefined];

const given = (all: readonly Condition[]): Conditions => {
  const met = all.filter((one): one is [string, SQLInputValue] => one[1] !== undefined);
  return { where: met.map(([sql]) => sql), params: met.map(([, value]) => value) };
};

/** Which sessions are meant is found out once, and not for each text. */
const rankedSql = (ofSessions: readonly string[], ofTexts: readonly string[]): string =>
  `WITH meant AS MATERIALIZED (
     SELECT x.key FROM text_sessions x JOIN usage_scopes c ON c.key = x.scope
     JOIN usage_agents a ON a.scope = x.scope AND a.agent_session = x.agent_session JOIN sessions s ON s.id = a.session
     ${ofSessions.length === 0 ? '' : `WHERE ${ofSessions.join(' AND ')}`}
   )
   SELECT key, count(*) OVER () AS total FROM (
     SELECT t.key, bm25(text_words) * (1.0 + 1.0 / (1.0 + max(0, ? - t.at) / ${recentMs}.0)) AS score
     FROM text_words CROSS JOIN texts t ON t.key = text_words.rowid
     WHERE text_words MATCH ? AND t.key <= ? AND t.session IN (SELECT key FROM meant)
       ${ofTexts.map((condition) => `AND ${condition}`).join(' ')}
     ORDER BY text_words.rowid DESC LIMIT ${mostRanked}
   ) ORDER BY score, key DESC LIMIT ? OFFSET ?`;

/** The index passes over a rowid that is no integer, which a number of JavaScript's is not. */
const highlightSql = `SELECT highlight(text_words, 0, ?, ?) AS text FROM text_words
  WHERE text_words MATCH ? AND rowid = CAST(? AS INTEGER)`;

const rowSql = `SELECT t.agent_id, t.by, t.at, t.bytes, c.source, x.agent_session, a.session, s.doc
  FROM texts t JOIN text_sessions x ON x.key = t.session JOIN usage_scopes c ON c.key = x.scope
  JOIN usage_agents a ON a.scope = x.scope AND a.agent_session = x.agent_session JOIN sessions s ON s.id = a.session
  WHERE t.key = ?`;

const foundIn = (row: Record<string, unknown>): Omit<FoundText, 'snippet' | 'marks'> => {
  const { name, agent } = JSON.parse(String(row['doc'])) as SessionSummary;
  const project = agent?.directory;
  return {
    session: String(row['session']),
    source: String(row['source']),
    sessionId: String(row['agent_session']),
    ...(row['agent_id'] !== '' && { agentId: String(row['agent_id']) }),
    ...(project !== undefined && { project }),
    ...(name !== undefined && { title: name }),
    by: row['by'] as SpokenBy,
    at: Number(row['at']),
    isCut: Number(row['bytes']) > keptBytes,
  };
};
