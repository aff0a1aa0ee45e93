/** The server does something else than the rule says. */
export class Mismatch extends Error {
  readonly expected: string;
  readonly got: string;

  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`);
    this.name = 'Mismatch';
    this.expected = expected;
    this.got = got;
  }
}

/** The check can't be done on this server; the message says why. */
export class Skipped extends Error {}
