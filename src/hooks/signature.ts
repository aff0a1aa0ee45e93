import { createHmac, randomBytes } from 'node:crypto';

/** Signatures as the Standard Webhooks specification has them (v1: HMAC-SHA256). */

const prefix = 'whsec_';

export const newSecret = (): string => prefix + randomBytes(32).toString('base64');

/** The headers by which a receiver knows that a message is ours, whole, and no repetition. `at`: Unix ms. */
export const signedHeaders = (secret: string, id: string, at: number, body: string): Record<string, string> => {
  const timestamp = Math.floor(at / 1000).toString();
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
};
