import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { scratchFolder } from '../scratch.ts';

/** Requests a second as wrk measures them, to check our own load against; undefined where wrk is not installed. */
export const wrk = async (
  { url, token }: { url: string; token: string },
  paths: readonly string[],
  body?: unknown,
): Promise<number | undefined> => {
  const script = join(scratchFolder(), 'load.lua');
  writeFileSync(script, scriptOf(token, paths, body));
  try {
    const { stdout } = await promisify(execFile)('wrk', ['-t1', '-c64', '-d3s', '-s', script, url]);
    if (/Non-2xx/.test(stdout)) throw new Error(`wrk met errors:\n${stdout}`);
    return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const scriptOf = (token: string, paths: readonly string[], body: unknown): string => {
  const text = body === undefined ? 'nil' : `[[${JSON.stringify(body)}]]`;
  return `
local paths = {${paths.map((path) => `"${path}"`).join(', ')}}
local next = 0
local headers = { ["authorization"] = "Bearer ${token}", ["content-type"] = "application/json" }
request = function()
  next = next % #paths + 1
  return wrk.format("${body === undefined ? 'GET' : 'POST'}", paths[next], headers, ${text})
end
`;
};
