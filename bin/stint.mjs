#!/usr/bin/env node
// Plain JavaScript that old Nodes can parse: it finds a Node that is new enough, and everything else is imported after that.
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { constants, homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const inCheckout = existsSync(join(root, 'src', 'cli', 'main.ts'));
const version = process.versions.node.split('.').map(Number);

// Node's own answer to it is to open its debugger to everyone on the machine.
if (process.platform !== 'win32') process.on('SIGUSR1', () => {});

if (version[0] > 24 || (version[0] === 24 && version[1] >= 16)) start();
else restartWithOwnNode();

function start() {
  endWithLauncher();
  // In the user's own cache, not in the shared temporary folder that is the default: others could write there.
  const cacheHome = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE || join(cacheHome, 'stint', 'compiled'));
  void import(inCheckout ? '../src/cli/main.ts' : '../dist/cli/main.js');
}

/** A kill -9 of the launcher is meant for what it launched: the channel between the two closes, and this process goes too. */
function endWithLauncher() {
  if (!process.env.STINT_LAUNCHED) return;
  delete process.env.STINT_LAUNCHED;
  if (!process.channel) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}

function restartWithOwnNode() {
  const windows = process.platform === 'win32';
  const own = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  const node = join(root, 'node_modules', own, 'bin', windows ? 'node.exe' : 'node');
  if (process.env.STINT_LAUNCHED || !existsSync(node)) return refuse();
  const args = process.execArgv.concat(fileURLToPath(import.meta.url), process.argv.slice(2));
  // Node 22.15 and later can become the other one; older ones have to stand in front of it.
  if (process.execve && !windows) process.execve(node, [node].concat(args), process.env);
  else void import('node:child_process').then((childProcess) => launch(childProcess.spawn, node, args));
}

function launch(spawn, node, args) {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) {
    process.on(signal, () => isFromKeyboard(signal) || child.kill(signal));
  }
  const env = Object.assign({}, process.env, { STINT_LAUNCHED: '1' });
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
  child.on('error', refuse);
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

/** Ctrl-C and Ctrl-\ go to every process of the terminal's foreground group, the child included: passed on, they would arrive twice. */
function isFromKeyboard(signal) {
  if (signal !== 'SIGINT' && signal !== 'SIGQUIT') return false;
  try {
    // proc_pid_stat(5): after the name come state, parent, group, session, terminal, the terminal's foreground group.
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').pop().split(' ');
    return fields[2] === fields[5];
  } catch {
    return Boolean(process.stdin.isTTY);
  }
}

function refuse() {
  const remedy = inCheckout ? `run "npm ci" in ${root} to get the repository's own` : 'get one from https://nodejs.org';
  process.stderr.write(`stint needs Node 24.16 or newer and this is ${process.version}: ${remedy}.\n`);
  process.exitCode = 1;
}
