import { hash, randomBytes } from 'node:crypto';

/** What is asked of a token that comes from outside. */
export const shortestToken = 32;

/** 256 random bits, with a prefix by which a scanner of secrets knows it. */
export const newToken = (): string => `stint_${randomBytes(32).toString('base64url')}`;

/** 192 random bits, for what is good once and for a short time. */
export const newCode = (): string => randomBytes(24).toString('base64url');

/** Tokens have enough entropy that a plain hash cannot be turned back. */
export const hashOf = (secret: string): string => hash('sha256', secret, 'hex');
