import { flag, optional } from './command.ts';
import { parseDuration } from './duration.ts';
import { say } from './say.ts';
import { paint } from './screen.ts';
import type { Screen } from './screen.ts';
import { momentWords } from './session-words.ts';

/** What a token or a sign-in link that is made for somebody may be told. */

export const expiresOption = optional(
  '-e, --expires <duration>',
  'good for so long: 12h, 30d (for ever)',
  parseDuration,
);

export const hostOption = flag(
  '--host',
  'it may start what runs on the server’s machine, as the server’s own user; the owner may anyway',
);

/** Says to the giver what the right `host` is, unless a program reads along. */
export const warnOfHost = (host: boolean, { json }: { json: boolean }): void => {
  if (!host || json) return;
  say(
    'whoever has it can start commands on the server’s machine as the server’s own user, and read what that user can',
  );
};

/** A script takes the secret as it is; a person is told what it is. */
const labelled = (screen: Screen, words: string, secret: string): string =>
  screen.isTerminal ? `${paint(screen, 'dim', words)}\n${secret}` : secret;

export const tokenText = (screen: Screen, { token }: { token: string }): string =>
  labelled(screen, 'token, shown once:', token);

export const linkText = (screen: Screen, { url, expiresAt }: { url: string; expiresAt: number }): string =>
  labelled(screen, `sign-in link, good once, until ${momentWords(expiresAt, Date.now())}:`, url);

/** As the API takes them. */
export const tokenBody = (name: string, { expires, host }: { expires: number | undefined; host: boolean }) => ({
  name,
  ...(expires === undefined ? {} : { expiresIn: expires }),
  ...(host ? { host } : {}),
});
