import { delimiter, dirname, join, resolve } from 'node:path';

type Environment = Record<string, string | undefined>;

/** What npm adds besides `npm_*` when stint is started by one of its scripts. */
const npmsOwn = ['INIT_CWD'];

/**
 * The user's environment as it was before stint and npm came in between: without `STINT_*` and `npm_*`, and without the folders
 * that npm puts on PATH for stint's own checkout (`root`).
 */
export const commandEnvironment = (env: Environment, root: string): Environment => {
  const underNpm = env['npm_lifecycle_event'] !== undefined;
  const kept = Object.entries(env).filter(([name, value]) => {
    if (/^(STINT|npm)_/i.test(name) || npmsOwn.includes(name)) return false;
    return !(underNpm && name === 'NODE' && value === env['npm_node_execpath']);
  });
  return Object.fromEntries(
    kept.map(([name, value]) => [name, name === 'PATH' ? usersPath(value, root, underNpm) : value]),
  );
};

const usersPath = (path: string | undefined, root: string, underNpm: boolean): string | undefined => {
  const ours = new Set(underNpm ? binsUpFrom(root) : [binOf(root)]);
  return path
    ?.split(delimiter)
    .filter((folder) => !ours.has(resolve(folder)) && !(underNpm && folder.endsWith('node-gyp-bin')))
    .join(delimiter);
};

const binOf = (folder: string): string => join(folder, 'node_modules', '.bin');

/** npm puts the `.bin` of every folder above on PATH too. */
const binsUpFrom = (folder: string): string[] => {
  const above = dirname(folder);
  return [binOf(folder), ...(above === folder ? [] : binsUpFrom(above))];
};
