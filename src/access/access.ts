import { Problem } from '../contract/problem.ts';
import { Attempts } from './attempts.ts';
import type { Credential, Credentials, TokenRow, User } from './credentials.ts';
import { OneUse } from './one-use.ts';
import { newAddressCheck } from './origin.ts';
import type { Addressed, AddressRules } from './origin.ts';
import { RateLimit } from './rate-limit.ts';
import type { Allowance, Rate } from './rate-limit.ts';
import { hashOf, newToken, shortestToken } from './secrets.ts';
import { TokenWatch } from './token-watch.ts';

/** Who is asking: a user, by one of their tokens. */
export type Caller = Credential;

export interface Presented extends Addressed {
  authorization: string | undefined;
  /** A one-use ticket, for sockets that cannot send a header. */
  ticket?: string | undefined;
}

export interface AccessParts extends AddressRules {
  credentials: Credentials;
  /** Unix ms. */
  now: () => number;
  newId: () => string;
  /** Called when a token came to be, or is good no more because somebody said so. */
  onToken: (done: 'made' | 'revoked', token: TokenRow) => void;
  /** Requests of each token of members and viewers. */
  rate: Rate;
  /** Requests of each token of the owner's; without it they are not counted. */
  ownerRate: Rate | undefined;
}

/** What a token is to be. */
export interface NewToken {
  name: string;
  /** ms from now; absent: it does not end by itself. */
  expiresIn?: number | undefined;
  host?: boolean | undefined;
}

/** What a sign-in code was issued for. */
interface SignIn {
  user: string;
  host: boolean;
  /** The token that it was asked for with, which must still be good; absent for the server's own. */
  by: string | undefined;
  notAfter: number;
}

const ticketLifeMs = 30_000;
const signInLifeMs = 15 * 60_000;
const browserTokenLifeMs = 30 * 86_400_000;
const browser = { name: 'browser', kind: 'browser' } as const;
const failedSignIns = { most: 20, withinMs: 60_000 };

/** The one guard that every transport passes, and what it guards with: tokens, tickets, sign-in codes. */
export class Access {
  readonly #parts: AccessParts;
  readonly #checkAddress: (addressed: Addressed) => void;
  readonly #tickets: OneUse<string>;
  readonly #signIns: OneUse<SignIn>;
  readonly #failedSignIns: Attempts;
  readonly #rateLimit: RateLimit;
  readonly #ownerRateLimit: RateLimit | undefined;
  readonly #watch = new TokenWatch((tokenId) => this.#current(tokenId));

  constructor(parts: AccessParts) {
    this.#parts = parts;
    this.#checkAddress = newAddressCheck(parts);
    this.#tickets = new OneUse(ticketLifeMs, parts.now);
    this.#signIns = new OneUse(signInLifeMs, parts.now);
    this.#failedSignIns = new Attempts({ ...failedSignIns, now: parts.now });
    this.#rateLimit = new RateLimit(parts.rate, parts.now);
    this.#ownerRateLimit = parts.ownerRate && new RateLimit(parts.ownerRate, parts.now);
  }

  /** First of all: Host (421), then Origin (403). */
  checkAddress(addressed: Addressed): void {
    this.#checkAddress(addressed);
  }

  /** Whether an Origin is one of the configured ones, which need to be told that they may read the answer. */
  isCorsOrigin(origin: string): boolean {
    return this.#parts.corsOrigins.includes(origin);
  }

  /** Whether answers differ by Origin. */
  get hasCorsOrigins(): boolean {
    return this.#parts.corsOrigins.length > 0;
  }

  /**
   * Then who is asking (401). Tokens that are wrong are not counted: they are too long to be guessed, and a count by address would
   * keep out those who share it.
   */
  identify({ authorization, ticket }: Presented): Caller {
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
    return this.#good(token === undefined ? this.#byTicket(ticket) : this.#parts.credentials.find(hashOf(token)));
  }

  /** The caller as they are now: while a body was on its way the token may have been revoked, or the user's role changed. */
  confirm({ token }: Caller): Caller {
    return this.#good(this.#parts.credentials.find(token.hash));
  }

  /** Counts a request of the caller's; undefined where theirs are not counted. */
  spend({ user, token }: Caller): Allowance | undefined {
    const limit = user.role === 'owner' ? this.#ownerRateLimit : this.#rateLimit;
    return limit?.take(token.id);
  }

  /**
   * For what stays open: `onLost` is called when the token that opened it is revoked, or expires, or its user has another role.
   * Returns the function that ends the watch.
   */
  whileGood(caller: Caller, onLost: () => void): () => void {
    return this.#watch.add(caller, onLost);
  }

  /** To be called when users have changed. */
  lookAtOpen(): void {
    this.#watch.look();
  }

  issueTicket({ token }: Caller): { ticket: string; expiresAt: number } {
    const { code, expiresAt } = this.#tickets.issue(token.id);
    return { ticket: code, expiresAt };
  }

  /** `by`: the token that asks for it; what comes of the code ends no later than that token does. */
  issueSignInCode(user: User, by?: TokenRow, host = false): { code: string; expiresAt: number } {
    return this.#signIns.issue({ user: user.id, host, by: by?.id, notAfter: by?.expiresAt ?? Infinity });
  }

  /** Turns a sign-in code into a token for the browser that posted it. Who fails too often from an address has to wait. */
  async signIn(code: string, address: string): Promise<{ token: string; expiresAt: number }> {
    this.#failedSignIns.check(address);
    const granted = this.#signIns.redeem(code);
    const isGranted = granted && (granted.by === undefined || this.#current(granted.by) !== undefined);
    const expiresAt = Math.min(this.#parts.now() + browserTokenLifeMs, granted?.notAfter ?? 0);
    const made = isGranted && (await this.#mint(granted.user, { ...browser, host: granted.host, expiresAt }));
    if (made) return { token: made.token, expiresAt };
    this.#failedSignIns.failed(address);
    throw new Problem(
      'invalid_code',
      'this sign-in link was used or has expired; get a new one with: stint token link',
    );
  }

  /** A token, of the caller's unless it is for another user, that ends no later than the one that asks for it. */
  async createToken({ user, token }: Caller, about: NewToken, { id }: User = user) {
    const { name, expiresIn = Infinity, host = false } = about;
    const expiresAt = Math.min(this.#parts.now() + expiresIn, token.expiresAt ?? Infinity);
    const made = await this.#mint(id, { name, kind: 'api', host, ...(expiresAt === Infinity ? {} : { expiresAt }) });
    if (made) return made;
    throw new Problem('not_found', 'there is no such user');
  }

  tokensOf({ id }: User): TokenRow[] {
    return this.#parts.credentials.tokensOf(id, this.#parts.now());
  }

  /** Revokes a token of the user's; what it holds open is closed. False when there is none. */
  async revokeToken({ id }: User, tokenId: string): Promise<boolean> {
    const { credentials, now, onToken } = this.#parts;
    const revoked = await credentials.revokeToken(id, tokenId, now());
    if (!revoked) return false;
    this.#watch.look();
    const row = credentials.findById(tokenId)?.token;
    if (row) onToken('revoked', row);
    return true;
  }

  /**
   * The server's owner, made at the first start. `fromEnv` (STINT_TOKEN) becomes the owner's token `env`, in place of the last one.
   * Without it there is no such token, and when `owned` is no good token of the owner's, a new one is made and returned, to be
   * kept in a file.
   */
  async ensureOwner(fromEnv: string | undefined, owned: string | undefined): Promise<{ owner: User; token?: string }> {
    const { credentials } = this.#parts;
    const owner = credentials.owner() ?? (await this.#addOwner());
    if (fromEnv !== undefined) {
      if (fromEnv.length < shortestToken || !/^[\x21-\x7e]+$/.test(fromEnv)) {
        throw new Error(`STINT_TOKEN must have at least ${shortestToken} characters, printable and without spaces`);
      }
      await credentials.replaceToken(this.#row(owner.id, { name: 'STINT_TOKEN', kind: 'env', host: false }, fromEnv));
      return { owner };
    }
    await credentials.revokeKind(owner.id, 'env', this.#parts.now());
    const known = owned === undefined ? undefined : credentials.find(hashOf(owned));
    if (known && this.#isGood(known.token)) return { owner };
    const token = newToken();
    const row = this.#row(owner.id, { name: 'owner', kind: 'owner', host: false }, token);
    await credentials.replaceToken(row);
    this.#parts.onToken('made', row);
    return { owner, token };
  }

  async #addOwner(): Promise<User> {
    const owner: User = { id: this.#parts.newId(), name: 'owner', role: 'owner', createdAt: this.#parts.now() };
    await this.#parts.credentials.addOwner(owner);
    return owner;
  }

  /** Undefined when the user is not there any more. */
  async #mint(user: string, about: TokenFacts): Promise<{ token: string; row: TokenRow } | undefined> {
    const token = newToken();
    const row = this.#row(user, about, token);
    if (!(await this.#parts.credentials.addToken(row))) return undefined;
    this.#parts.onToken('made', row);
    return { token, row };
  }

  #row(user: string, about: TokenFacts, token: string): TokenRow {
    return { id: this.#parts.newId(), user, ...about, hash: hashOf(token), createdAt: this.#parts.now() };
  }

  #byTicket(ticket: string | undefined): Caller | undefined {
    const tokenId = ticket === undefined ? undefined : this.#tickets.redeem(ticket);
    return tokenId === undefined ? undefined : this.#parts.credentials.findById(tokenId);
  }

  #good(caller: Caller | undefined): Caller {
    if (caller && this.#isGood(caller.token)) return caller;
    throw new Problem('unauthorized', 'send a valid token: Authorization: Bearer …');
  }

  /** A token with its user, if it is good. What can't be looked up can't be trusted either. */
  #current(tokenId: string): Caller | undefined {
    try {
      const caller = this.#parts.credentials.findById(tokenId);
      return caller && this.#isGood(caller.token) ? caller : undefined;
    } catch {
      return undefined;
    }
  }

  #isGood({ expiresAt, revokedAt }: TokenRow): boolean {
    return revokedAt === undefined && (expiresAt === undefined || expiresAt > this.#parts.now());
  }
}

type TokenFacts = Pick<TokenRow, 'name' | 'kind' | 'host' | 'expiresAt'>;
