import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratchFolder } from './scratch.ts';

const generator = fileURLToPath(new URL('../../shared/tools/transcripts.mjs', import.meta.url));

/** Transcripts of Claude Code and what they hold in truth. */
export interface Corpus {
  /** What CLAUDE_CONFIG_DIR is to be. */
  configDir: string;
  bytes: number;
  truth: { uniqueResponses: number; cost: number; totals: { output: number; cacheRead: number } };
}

export const makeCorpus = (mb: number, files: number, seed = 42): Corpus => {
  if (!existsSync(generator)) throw new Error(`${generator} makes the transcripts, and is not there`);
  const configDir = join(scratchFolder(), 'claude');
  const args = ['--out', configDir, '--mb', String(mb), '--files', String(files), '--seed', String(seed)];
  execFileSync(process.execPath, [generator, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const truth = JSON.parse(readFileSync(join(configDir, 'truth.json'), 'utf8')) as Corpus['truth'] & { bytes: number };
  return { configDir, bytes: truth.bytes, truth };
};
