import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { waitForUpdate } from '@pydantic/genai-prices';
import type { ModelInfo, Provider } from '@pydantic/genai-prices';
import { expect, it } from 'vitest';
import { priceKeys } from './catalogue.ts';

const packageFolder = new URL('../../../node_modules/@pydantic/genai-prices/', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', packageFolder), 'utf8')) as { version: string };
const license = readFileSync(new URL('LICENSE', packageFolder), 'utf8').trim();

const relevant = (prices: object) =>
  Object.fromEntries(
    priceKeys.flatMap((key) => (key in prices ? [[key, (prices as Record<string, unknown>)[key]]] : [])),
  );

const modelOf = ({ id, match, prices }: ModelInfo) => ({
  id,
  match,
  prices: Array.isArray(prices)
    ? prices.map((dated) => ({ ...dated, prices: relevant(dated.prices) }))
    : relevant(prices),
});

const providerOf = ({ id, provider_match, model_match, fallback_model_providers }: Provider) => ({
  id,
  provider_match,
  model_match,
  fallback_model_providers,
});

const literal = (value: unknown) => `'${JSON.stringify(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const extract = (
  all: readonly Provider[],
) => `/* Prices of @pydantic/genai-prices ${version}, of which this is a part; its licence is in NOTICES.md. */
export const dataVersion = '${version}';
export const providers =
  ${literal(all.map(providerOf))};
export const models: Readonly<Record<string, string>> = {
${all.map(({ id, models }) => `  '${id}':\n    ${literal(models.map(modelOf))},\n`).join('')}};
`;

const notices = `# Notices

stint holds parts of others' work, under these licences.

## Prices

\`src/ledger/prices/catalogue.generated.ts\` is a part of @pydantic/genai-prices ${version}.

${license}
`;

// Written anew by `npm run vitest -- src/ledger/prices -u`.
it('is what the package has', async () => {
  const file = fileURLToPath(new URL('catalogue.generated.ts', import.meta.url));
  await expect(extract((await waitForUpdate())!)).toMatchFileSnapshot(file);
  await expect(notices).toMatchFileSnapshot(fileURLToPath(new URL('../../../NOTICES.md', import.meta.url)));
});
