import { counted } from './run-checks.ts';
import type { Result } from './run-checks.ts';

/** Results as CI systems read them. */
export const junitText = (suite: string, results: readonly Result[]): string => {
  const { failed, skipped } = counted(results);
  const head = `tests="${results.length}" failures="${failed}" skipped="${skipped}"`;
  const cases = results.map((result) => caseText(suite, result)).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="${suite}" ${head}>\n${cases}\n</testsuite>\n`;
};

const caseText = (suite: string, { id, group, rule, verdict, ms, reason = '' }: Result): string => {
  const head = `  <testcase classname="${suite}.${group}" name="${escaped(`${id}: ${rule}`)}" time="${ms / 1000}"`;
  if (verdict === 'passed') return `${head}/>`;
  return `${head}><${verdict === 'failed' ? 'failure' : 'skipped'} message="${escaped(reason)}"/></testcase>`;
};

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string =>
  // XML has no way to write most control characters.
  text.replaceAll(/\p{Cc}/gu, '�').replaceAll(/[&<>"]/g, (char) => entities[char] ?? char);
