import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from './scratch.ts';

/** Other programs that report usage, installed in a folder of their own. */
export interface Peer {
  name: string;
  command: readonly string[];
}

export const installPeers = (): Peer[] => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  return [ccusage(folder), codeburn(folder)].filter((peer) => peer !== undefined);
};

/** The newest version whose native part for this platform is there as well. Measured is the native program itself. */
const ccusage = (folder: string): Peer | undefined => {
  const native = `@ccusage/ccusage-${process.platform}-${process.arch}`;
  const versions = versionsOf(native);
  const version = versionsOf('ccusage').findLast((one) => versions.includes(one));
  if (version === undefined) return undefined;
  install(folder, `ccusage@${version}`);
  const program = join(folder, 'node_modules', native, 'bin', 'ccusage');
  // Its launcher sees to that, when it is started for the first time.
  chmodSync(program, 0o755);
  return { name: `ccusage ${version}`, command: [program, 'daily', '--offline', '--json'] };
};

const codeburn = (folder: string): Peer | undefined => {
  const version = versionsOf('codeburn').at(-1);
  if (version === undefined) return undefined;
  install(folder, `codeburn@${version}`);
  const program = join(folder, 'node_modules', 'codeburn', 'dist', 'cli.js');
  const command = [process.execPath, program, 'report', '--period', 'all', '--format', 'json'];
  return { name: `codeburn ${version}`, command };
};

const versionsOf = (name: string): string[] => {
  const text = execFileSync('npm', ['view', name, 'versions', '--json'], { encoding: 'utf8' });
  const versions = JSON.parse(text) as string | string[];
  return (typeof versions === 'string' ? [versions] : versions).filter((one) => /^[\d.]+$/.test(one));
};

const install = (folder: string, name: string): void => {
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', name], {
    cwd: folder,
    stdio: 'ignore',
  });
};
