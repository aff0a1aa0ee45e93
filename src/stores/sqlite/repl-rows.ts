import type { DatabaseSync } from 'node:sqlite';
import type { ReplStep } from '../../session/repl-steps.ts';

export const replTables = ['repl_checkpoints', 'repl_annotations', 'repl_snapshots', 'repl_forks'] as const;

/** Takes steps of the index inside a transaction of the caller's. `key`: the session's. */
export const newReplRows = (db: DatabaseSync) => {
  const checkpoint = db.prepare(
    'INSERT OR REPLACE INTO repl_checkpoints (session, seq, image, reason, label, at, event) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  // What is said anew was said first when it was.
  const annotate = db.prepare(
    `INSERT INTO repl_annotations (session, seq, label, description, tags, created) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET label = excluded.label, description = excluded.description, tags = excluded.tags`,
  );
  const removeAnnotation = db.prepare('DELETE FROM repl_annotations WHERE session = ? AND seq = ?');
  const snapshot = db.prepare(
    `INSERT OR REPLACE INTO repl_snapshots (session, id, seq, image, description, tags, created)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const removeSnapshot = db.prepare('DELETE FROM repl_snapshots WHERE session = ? AND id = ?');
  const fork = db.prepare('INSERT OR REPLACE INTO repl_forks (parent, session, seq) VALUES (?, ?, ?)');

  const one = (key: number, step: ReplStep): unknown => {
    switch (step.do) {
      case 'checkpoint':
        return checkpoint.run(key, step.seq, step.image, step.reason, step.label ?? null, step.at, step.event);
      case 'annotate':
        return annotate.run(key, step.seq, step.label, step.description, JSON.stringify(step.tags), step.created);
      case 'remove_annotation':
        return removeAnnotation.run(key, step.seq);
      case 'keep_snapshot': {
        const { id, seq, image, description, tags, created } = step;
        return snapshot.run(key, id, seq, image, description, JSON.stringify(tags), created);
      }
      case 'remove_snapshot':
        return removeSnapshot.run(key, step.id);
      case 'fork':
        return fork.run(step.of, key, step.seq);
    }
  };

  return {
    take: (key: number, steps: readonly ReplStep[]): void => {
      for (const step of steps) one(key, step);
    },
  };
};
