import type { DatabaseSync } from 'node:sqlite';
import type { ForkedImages, ImageChain, ReplImage } from '../../journal/repl-images.ts';

/** What is kept with a session's events. */
export interface PackedImages {
  images: readonly ReplImage[];
  forked: ForkedImages | null;
}

/** The statements of an append. */
export const newReplImageRows = (db: DatabaseSync) => {
  const insert = db.prepare(
    `INSERT INTO repl_images (session, n, base, engine, frame)
     VALUES (?, ?, ?, (SELECT key FROM repl_engines WHERE id = ?), ?)`,
  );
  const copy = db.prepare(
    `INSERT INTO repl_images (session, n, base, engine, frame)
     SELECT ?, n, base, engine, frame FROM repl_images
     WHERE session = (SELECT key FROM sessions WHERE id = ?) AND n <= ?`,
  );
  return {
    /** `key`: the session's. */
    take: (key: number, { images, forked }: PackedImages): void => {
      if (forked) copy.run(key, forked.session, forked.upTo);
      for (const { n, base, engine, frame } of images) insert.run(key, n, base ?? null, engine, frame);
    },
  };
};

export const keepEngineSql = `INSERT INTO repl_engines (id, binary, pointers, image) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;

/** Back from an image to the one that differs from the engine's memory. */
const chainSql = `
  WITH RECURSIVE chain (n, base, engine, depth) AS (
    SELECT n, base, engine, 0 FROM repl_images
    WHERE session = (SELECT key FROM sessions WHERE id = ?1) AND n = ?2
    UNION ALL
    SELECT i.n, i.base, i.engine, depth + 1 FROM chain c JOIN repl_images i
    ON i.session = (SELECT key FROM sessions WHERE id = ?1) AND i.n = c.base
  )
  SELECT c.engine, i.frame FROM chain c JOIN repl_images i
  ON i.session = (SELECT key FROM sessions WHERE id = ?1) AND i.n = c.n
  ORDER BY depth DESC`;

export const newReplImageReads = (db: DatabaseSync) => {
  const chain = db.prepare(chainSql);
  const engine = db.prepare('SELECT id, binary, pointers, image FROM repl_engines WHERE key = ?');
  return {
    imageChain: (session: string, image: number): ImageChain | undefined => {
      const rows = chain.all(session, image);
      const first = rows[0];
      if (first === undefined) return undefined;
      const of = engine.get(Number(first['engine']));
      if (of === undefined) return undefined;
      return {
        engine: {
          id: String(of['id']),
          binary: String(of['binary']),
          pointers: String(of['pointers']),
          image: of['image'] as Uint8Array,
        },
        frames: rows.map((row) => row['frame'] as Uint8Array),
      };
    },
  };
};
