import { parentPort, workerData } from 'node:worker_threads';
import { summarize } from '../projections/summary.ts';
import { audit } from '../stores/sqlite/audit.ts';
import type { AuditStep } from '../stores/sqlite/audit.ts';
import { openForReading } from '../stores/sqlite/reading.ts';

/**
 * Holds the journal and what is kept beside it against each other while the server goes on: works a little, rests three times as
 * long, and has no transaction open while it rests.
 */
const workMs = 10;
const restsPerWork = 3;
const rest = new Int32Array(new SharedArrayBuffer(4));

const { file } = workerData as { file: string };
const db = openForReading(file);

const tell = ({ findings, done, of }: AuditStep): void => parentPort?.postMessage({ findings, done, of });

let from = performance.now();
let last: AuditStep | undefined;
for (const step of audit(db, summarize)) {
  last = step;
  const spentMs = performance.now() - from;
  if (step.findings.length > 0) tell(step);
  if (spentMs < workMs) continue;
  tell({ ...step, findings: [] });
  Atomics.wait(rest, 0, 0, spentMs * restsPerWork);
  from = performance.now();
}
db.close();
if (last) tell({ ...last, findings: [] });
parentPort?.postMessage('done');
