/**
 * What happens in a REPL session. Its journal is in the shape of the session server's document (session-server.ts), with a `seq` of its
 * own from 0 without gaps; what stint knows beside is in fields of its own. Times are Unix ms.
 */

export const replLanguages = ['javascript', 'typescript', 'scheme'] as const;
export type ReplLanguage = (typeof replLanguages)[number];

export const modelProviders = ['anthropic', 'openai'] as const;

export interface ReplModel {
  provider: (typeof modelProviders)[number];
  model: string;
  baseUrl?: string;
}

export interface ReplSpec {
  language: ReplLanguage;
  /** `readonly` refuses every command. */
  accessMode: 'readonly' | 'readwrite';
  llm?: ReplModel;
  forkedFrom?: {
    session: string;
    /** The last event that the fork has of it; -1 for none. */
    seq: number;
  };
}

/** Why there is a checkpoint. `effect` is in journals of other programs alone. */
export const checkpointReasons = ['command', 'llm_boundary', 'periodic', 'manual', 'goto', 'fork', 'effect'] as const;
export type CheckpointReason = (typeof checkpointReasons)[number];

interface Entry<T extends string> {
  type: T;
  seq: number;
}

export type ReplEntry =
  /** `clock` and `seed`: what the code took for now, and of its random numbers; so it can be run again. */
  | (Entry<'input'> & { code: string; timestamp: number; clock: number; seed: number; client?: string })
  | (Entry<'output'> & { value: string; timestamp: number })
  | (Entry<'error'> & { message: string; timestamp: number })
  | (Entry<'checkpoint'> & { reason: CheckpointReason; stateId: string; label?: string; timestamp: number })
  /** `request`: the number that the code's own request has; `of`: hash of what was asked of the model. */
  | (Entry<'llm_req'> & { prompt: string; receiptKey: string; request: number; of: string; timestamp: number })
  /** `clock`: what the code took for now when it went on. */
  | (Entry<'llm_resp'> & { response: string; receiptKey: string; isError?: boolean; timestamp: number; clock: number });

export type ReplCheckpoint = Extract<ReplEntry, { type: 'checkpoint' }>;

/** What somebody says of a checkpoint. */
export interface ReplAnnotation {
  label: string;
  description: string;
  tags: readonly string[];
}

/** Beside the session's own journal, as they change nothing of what its code sees. */
export interface ReplNotes {
  /** Of the checkpoint at `seq`, in the place of what was said of it. `created`: when, where that was in what it was forked from. */
  repl_annotated: ReplAnnotation & { seq: number; created?: number };
  repl_annotation_removed: { seq: number };
  /** The state of the image is kept under an id; `seq`: the last entry before it, -1 for none. */
  repl_snapshot_taken: {
    id: string;
    seq: number;
    image: number;
    description: string;
    tags: readonly string[];
    created?: number;
  };
  repl_snapshot_removed: { id: string };
}

/** What was typed or said; none of a checkpoint. */
export const textOf = (entry: ReplEntry): string => {
  switch (entry.type) {
    case 'input':
      return entry.code;
    case 'output':
      return entry.value;
    case 'error':
      return entry.message;
    case 'llm_req':
      return entry.prompt;
    case 'llm_resp':
      return entry.response;
    case 'checkpoint':
      return '';
  }
};

/** A state is named by the number of its image within the session. */
export const stateIdOf = (image: number): string => `s${image}`;
export const imageOf = (stateId: string): number => Number(stateId.slice(1));
