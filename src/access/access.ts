import { Problem } from '../contract/problem.ts';
import { Attempts } from './attempts.ts';
import type { Credential, Credentials, TokenKind, TokenRow, User } from './credentials.ts';
import { OneUse } from './one-use.ts';
import { newAddressCheck } from './origin.ts';
import type { Addressed } from './origin.ts';
import { hashOf, newToken, shortestToken } from './secrets.ts';
import { TokenWatch } from './token-watch.ts';

/** Who is asking: a user, by one of their tokens. */
export type Caller = Credential;

export interface Presented extends Addressed {
  authorization: string | undefined;
  /** A one-use ticket, for sockets that cannot send a header. */
  ticket?: string | undefined;
}

export interface AccessParts {
  credentials: Credentials;
  /** Unix ms. */
  now: () => number;
  newId: () => string;
  /** Names besides loopback's that the server answers to. */
  hostNames: readonly string[];
  scheme: 'http' | 'https';
}

const ticketLifeMs = 30_000;
const signInLifeMs = 15 * 60_000;
const browserTokenLifeMs = 30 * 86_400_000;
const failedSignIns = { most: 20, withinMs: 60_000 };

/** The one guard that every transport passes, and what it guards with: tokens, tickets, sign-in codes. */
export class Access {
  readonly #parts: AccessParts;
  readonly #checkAddress: (addressed: Addressed) => void;
  readonly #tickets: OneUse<string>;
  readonly #signIns: OneUse<{ user: string; notAfter: number }>;
  readonly #failedSignIns: Attempts;
  readonly #watch = new TokenWatch((tokenId) => this.#stillGood(tokenId));

  constructor(parts: AccessParts) {
    this.#parts = parts;
    this.#checkAddress = newAddressCheck(parts.hostNames, parts.scheme);
    this.#tickets = new OneUse(ticketLifeMs, parts.now);
    this.#signIns = new OneUse(signInLifeMs, parts.now);
    this.#failedSignIns = new Attempts({ ...failedSignIns, now: parts.now });
  }

  /** First of all: Host (421), then Origin (403). */
  checkAddress(addressed: Addressed): void {
    this.#checkAddress(addressed);
  }

  /** Then who is asking (401). */
  identify({ authorization, ticket }: Presented): Caller {
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
    const caller = token === undefined ? this.#byTicket(ticket) : this.#parts.credentials.find(hashOf(token));
    if (caller && this.#isGood(caller.token)) return caller;
    throw unauthorized();
  }

  /** Once more for a caller who took their time (401 when their token is no longer good). */
  confirm({ token }: Caller): void {
    if (!this.#stillGood(token.id)) throw unauthorized();
  }

  /**
   * For what stays open: `onLost` is called when the token that opened it is revoked, or expires. Returns the function that ends
   * the watch.
   */
  whileGood({ token }: Caller, onLost: () => void): () => void {
    return this.#watch.add(token.id, onLost);
  }

  issueTicket({ token }: Caller): { ticket: string; expiresAt: number } {
    const { code, expiresAt } = this.#tickets.issue(token.id);
    return { ticket: code, expiresAt };
  }

  /** `by`: the token that asks for it; what comes of the code ends no later than that token does. */
  issueSignInCode(user: User, by?: TokenRow): { code: string; expiresAt: number } {
    return this.#signIns.issue({ user: user.id, notAfter: by?.expiresAt ?? Infinity });
  }

  /** Turns a sign-in code into a token for the browser that posted it. Who fails too often from an address has to wait. */
  async signIn(code: string, address: string): Promise<{ token: string; expiresAt: number }> {
    this.#failedSignIns.check(address);
    const granted = this.#signIns.redeem(code);
    if (granted === undefined) {
      this.#failedSignIns.failed(address);
      throw new Problem(
        'invalid_code',
        'this sign-in link was used or has expired; get a new one with: stint token link',
      );
    }
    const expiresAt = Math.min(this.#parts.now() + browserTokenLifeMs, granted.notAfter);
    const { token } = await this.#mint(granted.user, { name: 'browser', kind: 'browser', expiresAt });
    return { token, expiresAt };
  }

  /** A token of the caller's that ends no later than the one they use. */
  createToken(
    { user, token }: Caller,
    { name, expiresIn = Infinity }: { name: string; expiresIn?: number | undefined },
  ) {
    const expiresAt = Math.min(this.#parts.now() + expiresIn, token.expiresAt ?? Infinity);
    return this.#mint(user.id, { name, kind: 'api', ...(expiresAt === Infinity ? {} : { expiresAt }) });
  }

  tokensOf({ user }: Caller): TokenRow[] {
    return this.#parts.credentials.tokensOf(user.id, this.#parts.now());
  }

  /** Revokes a token of the caller's; what it holds open is closed. False when there is none. */
  async revokeToken({ user }: Caller, tokenId: string): Promise<boolean> {
    const revoked = await this.#parts.credentials.revokeToken(user.id, tokenId, this.#parts.now());
    if (revoked) this.#watch.lost(tokenId);
    return revoked;
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
      await credentials.replaceToken(this.#row(owner.id, { name: 'STINT_TOKEN', kind: 'env' }, fromEnv));
      return { owner };
    }
    await credentials.revokeKind(owner.id, 'env', this.#parts.now());
    const known = owned === undefined ? undefined : credentials.find(hashOf(owned));
    if (known && this.#isGood(known.token)) return { owner };
    const token = newToken();
    await credentials.replaceToken(this.#row(owner.id, { name: 'owner', kind: 'owner' }, token));
    return { owner, token };
  }

  async #addOwner(): Promise<User> {
    const owner: User = { id: this.#parts.newId(), name: 'owner', role: 'owner', createdAt: this.#parts.now() };
    await this.#parts.credentials.addUser(owner);
    return owner;
  }

  async #mint(user: string, about: { name: string; kind: TokenKind; expiresAt?: number }) {
    const token = newToken();
    const row = this.#row(user, about, token);
    await this.#parts.credentials.addToken(row);
    return { token, row };
  }

  #row(user: string, about: { name: string; kind: TokenKind; expiresAt?: number }, token: string): TokenRow {
    return { id: this.#parts.newId(), user, ...about, hash: hashOf(token), createdAt: this.#parts.now() };
  }

  #byTicket(ticket: string | undefined): Caller | undefined {
    const tokenId = ticket === undefined ? undefined : this.#tickets.redeem(ticket);
    return tokenId === undefined ? undefined : this.#parts.credentials.findById(tokenId);
  }

  /** What can't be looked up can't be trusted either. */
  #stillGood(tokenId: string): boolean {
    try {
      const caller = this.#parts.credentials.findById(tokenId);
      return caller !== undefined && this.#isGood(caller.token);
    } catch {
      return false;
    }
  }

  #isGood({ expiresAt, revokedAt }: TokenRow): boolean {
    return revokedAt === undefined && (expiresAt === undefined || expiresAt > this.#parts.now());
  }
}

const unauthorized = (): Problem => new Problem('unauthorized', 'send a valid token: Authorization: Bearer …');
