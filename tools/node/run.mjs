// `node tools/node/run.mjs script.ts …` runs a script on the Node that stint is developed with, and so does all that the script
// starts. Many npm versions drop that Node's own link from node_modules/.bin, so that PATH alone does not find it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname } from 'node:path';

const windows = process.platform === 'win32';
const node = installed() || process.execPath;
const env = Object.assign({}, process.env, { PATH: dirname(node) + delimiter + process.env.PATH });
const { status, signal, error } = spawnSync(node, process.argv.slice(2), { stdio: 'inherit', env });
if (error) throw error;
process.exitCode = signal ? 128 + constants.signals[signal] : status;

/** Undefined on systems that the workspace has no Node for. */
function installed() {
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/node${windows ? '.exe' : ''}`);
  } catch {
    return undefined;
  }
}
