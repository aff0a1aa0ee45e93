import type { Role } from '../contract/access.ts';

/** The store's port for who may use the server. Users and tokens are rows, looked up at each request. */

export interface User {
  id: string;
  name: string;
  email?: string;
  role: Role;
  createdAt: number;
}

/** `owner`: made at the first start; `env`: set by STINT_TOKEN; `api`: made by a person; `browser`: by a sign-in. */
export type TokenKind = 'owner' | 'env' | 'api' | 'browser';

export interface TokenRow {
  id: string;
  user: string;
  name: string;
  kind: TokenKind;
  /** Whether it may start what runs on the host. The owner may with every token. */
  host: boolean;
  /** SHA-256 of the token, hex: the token itself is kept nowhere. */
  hash: string;
  createdAt: number;
  expiresAt?: number;
  revokedAt?: number;
}

export interface Credential {
  user: User;
  token: TokenRow;
}

export interface Credentials {
  find(hash: string): Credential | undefined;
  findById(tokenId: string): Credential | undefined;
  owner(): User | undefined;
  addOwner(owner: User): Promise<void>;
  /** Tokens of a user that are neither revoked nor expired at `now`, newest first. */
  tokensOf(user: string, now: number): TokenRow[];
  /** False when its user is not there any more. */
  addToken(token: TokenRow): Promise<boolean>;
  /** Revokes every token of this kind of the user's and adds this one, in one transaction. */
  replaceToken(token: TokenRow): Promise<void>;
  /** Revokes every token of this kind of the user's. */
  revokeKind(user: string, kind: TokenKind, at: number): Promise<void>;
  /** True when the user had that token and it was not revoked yet. */
  revokeToken(user: string, tokenId: string, at: number): Promise<boolean>;
}
