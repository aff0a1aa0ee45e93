import { flag, optional } from './command.ts';
import { parseDuration } from './duration.ts';

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
  process.stderr.write(
    'stint: whoever has it can start commands on the server’s machine as the server’s own user, and read what that user can\n',
  );
};

/** As the API takes them. */
export const tokenBody = (name: string, { expires, host }: { expires: number | undefined; host: boolean }) => ({
  name,
  ...(expires === undefined ? {} : { expiresIn: expires }),
  ...(host ? { host } : {}),
});
