/** It can't be done to this data; the message is a sentence that says why and what to do. */
export class Refused extends Error {
  /** The same in one snake_case word. */
  readonly kind: string;
  readonly details: unknown;

  constructor(kind: string, message: string, details?: unknown) {
    super(message);
    this.kind = kind;
    this.details = details;
  }
}
