/**
 * Everything that must hold before a change goes in, in order; stops at the first step that fails. The last line says how many
 * tests passed, failed and were skipped. `npm test -- lint types` runs the named steps only.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

type Step = { name: string; run: readonly string[] };

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'stint-check-'));
const report = join(scratch, 'vitest.json');

const steps: readonly Step[] = [
  { name: 'lint', run: ['oxlint'] },
  { name: 'format', run: ['oxfmt', '--check'] },
  { name: 'types', run: ['tsc', '--project', 'tsconfig.json'] },
  { name: 'openapi is current', run: ['node', 'scripts/openapi.ts', '--check'] },
  { name: 'openapi lint', run: ['redocly', 'lint', 'openapi.json'] },
  { name: 'knip', run: ['knip'] },
  { name: 'build', run: ['npm', 'run', '--silent', 'build'] },
  { name: 'package', run: ['publint', '--strict'] },
  { name: 'tests', run: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`] },
];

/** Steps whose subject has still to be written. */
const off: readonly string[] = [];

const wanted = process.argv.slice(2);
const chosen = steps.filter(({ name }) => (wanted.length ? wanted.includes(name) : !off.includes(name)));

try {
  process.exitCode = main();
} finally {
  rmSync(scratch, { recursive: true });
}

function main(): number {
  const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length) {
    console.error(`no such step: ${unknown.join(', ')}; there are: ${steps.map((step) => step.name).join(', ')}`);
    return 2;
  }
  const failed = chosen.find((step) => !passes(step));
  const tests = readReport(failed?.name === 'tests');
  if (failed) console.error(`\nfailed: ${failed.name}`);
  if (tests) console.log(`\n${tests.line}`);
  return failed || tests?.failed ? 1 : 0;
}

function passes({ name, run: [command, ...args] }: Step): boolean {
  console.log(`\n── ${name}`);
  const startedAt = performance.now();
  // The tools of this checkout, under the Node that runs this script.
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const { status, error } = spawnSync(command!, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, PATH: path, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  if (error) console.error(error.message);
  console.log(
    `   ${status === 0 ? 'passed' : 'FAILED'} after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
  );
  return status === 0;
}

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
};

/** Undefined when the tests did not run. */
function readReport(isRed: boolean): { failed: number; line: string } | undefined {
  if (!existsSync(report)) return undefined;
  const found = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
  // A file that did not even load has no test of its own to count, and neither has an error outside of all tests.
  const broken = found.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = Math.max(found.numFailedTests + broken.length, isRed ? 1 : 0);
  const skipped = found.numPendingTests + found.numTodoTests;
  return { failed, line: `${found.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}` };
}
