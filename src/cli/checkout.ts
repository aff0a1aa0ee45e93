import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The file that starts stint, from the sources as from the build. */
export const launcher = fileURLToPath(new URL('../../bin/stint.mjs', import.meta.url));

/** The folder of the package: the checkout, or where it was installed. */
export const checkoutRoot = dirname(dirname(launcher));

/** What makes `stint` this checkout's in a shell; undefined where it is already. */
export const aliasLine = (env: Record<string, string | undefined>): string | undefined =>
  isOnPath(env['PATH'] ?? '') ? undefined : `alias stint=${quoted(launcher)}`;

const isOnPath = (path: string): boolean =>
  path.split(delimiter).some((folder) => {
    const file = join(folder, 'stint');
    return existsSync(file) && realpathSync(file) === launcher;
  });

/** One word for a POSIX shell. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
