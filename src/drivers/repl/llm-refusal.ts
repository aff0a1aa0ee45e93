import { z } from 'zod';

/** What a provider says of why it refuses, made fit to be shown. */

const longestMessage = 500;
/** Shorter ones are no secrets but placeholders, and may well be a part of words. */
const shortestSecret = 8;

const schema = z
  .union([
    z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
    z.object({ error: z.string() }).transform(({ error }) => error),
    z.object({ message: z.string() }).transform(({ message }) => message),
    z.object({ detail: z.string() }).transform(({ detail }) => detail),
  ])
  .catch('');

/** From an answer's body, to go on after what is told of it: ` : …`, or nothing where it says nothing. */
export const messageOf = (body: string | undefined, key: string | undefined): string => {
  const message = cut(withoutKey(plain(saidIn(body ?? '')), key));
  return message === '' ? '' : `: ${message}`;
};

const saidIn = (body: string): string => {
  try {
    return schema.parse(JSON.parse(body)) || body;
  } catch {
    return body;
  }
};

/** Providers also tell a key with stars in its midst. */
const withoutKey = (message: string, key = ''): string =>
  (key.length < shortestSecret ? message : message.replaceAll(key, '…'))
    .split(' ')
    .map((word) => (word.includes('***') ? '…' : word))
    .join(' ');

const plain = (message: string): string => message.replace(/[\s\p{Cc}]+/gu, ' ').trim();

const cut = (message: string): string =>
  message.length <= longestMessage
    ? message
    : `${message.slice(0, longestMessage - 1).replace(/[\ud800-\udbff]$/, '')}…`;
