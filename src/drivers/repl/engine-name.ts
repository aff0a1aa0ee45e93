import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Of what code runs in: its name and version. */
export const engineName = (): string => {
  const { name, version } = require('quickjs-wasi/package.json') as { name: string; version: string };
  return `${name} ${version}`;
};
