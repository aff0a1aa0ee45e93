import { anthropic } from './llm-anthropic.ts';
import { ModelError } from './llm-model.ts';
import type { ModelParts, ModelRequest, ModelSpec } from './llm-model.ts';
import { openai } from './llm-openai.ts';
import type { Question } from './llm-post.ts';
import type { Provider } from './llm-provider.ts';

/**
 * Where a request goes, and with which key. The server's key goes to whatever `baseUrl` a session was created with: who may name
 * one is for the doorway to decide.
 */
export interface Target {
  provider: Provider;
  /** Of the model asked. */
  model: string;
  question: Omit<Question, 'timeoutMs'>;
  /** Never to be told. */
  key?: string;
}

const providers: Readonly<Record<ModelSpec['provider'], Provider>> = { anthropic, openai };

/** Throws a {@link ModelError} of kind `configuration`. */
export const targetOf = (spec: ModelSpec, request: ModelRequest, env: ModelParts['env']): Target => {
  if (!Object.hasOwn(providers, spec.provider)) throw misconfigured(`provider: must be anthropic or openai`);
  const provider = providers[spec.provider];
  const base = baseOf(spec, provider, env);
  const key = keyOf(provider, base, env);
  const { model = spec.model } = request;
  return {
    provider,
    model,
    ...(key !== undefined && { key }),
    question: {
      url: `${base.href.replace(/\/+$/, '')}${provider.path}`,
      headers: { 'content-type': 'application/json', 'user-agent': 'stint', ...provider.headersOf(key) },
      body: JSON.stringify(provider.bodyOf({ ...request, model }, base.hostname)),
    },
  };
};

/** What is wrong is told without the URL: there may be a password in it. */
const baseOf = (spec: ModelSpec, { baseVariable, usualBase }: Provider, env: ModelParts['env']): URL => {
  const [name, text] =
    spec.baseUrl === undefined ? [baseVariable, env[baseVariable] || usualBase] : ['baseUrl', spec.baseUrl];
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw misconfigured(`${name}: must be an http or https URL`);
  if (url.username !== '' || url.password !== '') throw misconfigured(`${name}: a URL is no place for a password`);
  if (url.search !== '' || url.hash !== '') throw misconfigured(`${name}: must end with its path`);
  if (url.protocol === 'http:' && !isLoopback(url))
    throw misconfigured(`${name}: must be https, but on this machine: the key would go in the clear`);
  return url;
};

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);

const keyOf = ({ keyVariable }: Provider, base: URL, env: ModelParts['env']): string | undefined => {
  const key = env[keyVariable]?.trim() || undefined;
  if (key === undefined && !isLoopback(base)) throw misconfigured(`${keyVariable} is not set where the server runs`);
  // Such a one is no header, and what refuses it would tell it.
  if (key !== undefined && !/^[!-~]+$/.test(key)) throw misconfigured(`what ${keyVariable} holds is no key`);
  return key;
};

const misconfigured = (what: string): ModelError => new ModelError('configuration', `llm: ${what}`);
