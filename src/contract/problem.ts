/**
 * The closed set of errors. Every refusal anywhere in stint is one of these; each contract's face turns it into its own
 * shape in one place. `retry` says whether the same request may succeed later without being changed.
 */
const kinds = {
  invalid_request: { status: 400, retry: false },
  invalid_code: { status: 401, retry: false },
  unauthorized: { status: 401, retry: false },
  forbidden: { status: 403, retry: false },
  origin_not_allowed: { status: 403, retry: false },
  not_found: { status: 404, retry: false },
  session_not_found: { status: 404, retry: false },
  method_not_allowed: { status: 405, retry: false },
  session_already_completed: { status: 409, retry: false },
  session_not_finished: { status: 409, retry: false },
  session_name_taken: { status: 409, retry: false },
  session_locked: { status: 409, retry: true },
  session_paused: { status: 409, retry: false },
  user_name_taken: { status: 409, retry: false },
  email_taken: { status: 409, retry: false },
  owner_required: { status: 409, retry: false },
  request_in_progress: { status: 409, retry: true },
  payload_too_large: { status: 413, retry: false },
  unsupported_media_type: { status: 415, retry: false },
  misdirected_request: { status: 421, retry: false },
  idempotency_key_reused: { status: 422, retry: false },
  rate_limited: { status: 429, retry: true },
  internal_error: { status: 500, retry: false },
  journal_damaged: { status: 500, retry: false },
  write_conflict: { status: 503, retry: true },
  store_read_only: { status: 503, retry: false },
  server_stopping: { status: 503, retry: true },
  overloaded: { status: 503, retry: true },
  store_full: { status: 507, retry: true },
} as const;

export type ProblemKind = keyof typeof kinds;

/** HTTP status of a kind; undefined for a word that is none. */
export const statusOf = (kind: string): number | undefined =>
  Object.hasOwn(kinds, kind) ? kinds[kind as ProblemKind].status : undefined;

/** Where in the request something is wrong. `path` is dotted (`budget.limit`, `[2].name`), empty for the whole body. */
export interface FieldProblem {
  path: string;
  message: string;
}

/** A refusal, with a sentence for the person who reads it that says what is wrong and, where known, what to do. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly details: unknown;

  constructor(kind: ProblemKind, message: string, options?: { details?: unknown; cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.kind = kind;
    this.details = options?.details;
  }

  /** HTTP status code. */
  get status(): number {
    return kinds[this.kind].status;
  }

  get retry(): boolean {
    return kinds[this.kind].retry;
  }
}

/** More bad fields than this are counted only: an answer is not to be larger than what it refuses. */
const mostFields = 100;

/** A refusal of input, with the path of each bad field. */
export const invalid = (fields: readonly FieldProblem[]): Problem => {
  const told = fields.slice(0, mostFields);
  const rest = fields.length > mostFields ? `; and ${fields.length - mostFields} more` : '';
  return new Problem('invalid_request', `${told.map(describe).join('; ')}${rest}`, { details: told });
};

const describe = (field: FieldProblem): string => (field.path ? `${field.path}: ${field.message}` : field.message);
