import { isLoopback, wrongWithModelUrl } from '../../contract/model-url.ts';
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

const baseOf = (spec: ModelSpec, { baseVariable, usualBase }: Provider, env: ModelParts['env']): URL => {
  const [name, text] =
    spec.baseUrl === undefined ? [baseVariable, env[baseVariable] || usualBase] : ['baseUrl', spec.baseUrl];
  const wrong = wrongWithModelUrl(text);
  if (wrong !== undefined) throw misconfigured(`${name}: ${wrong}`);
  return new URL(text);
};

const keyOf = ({ keyVariable }: Provider, base: URL, env: ModelParts['env']): string | undefined => {
  const key = env[keyVariable]?.trim() || undefined;
  if (key === undefined && !isLoopback(base)) throw misconfigured(`${keyVariable} is not set where the server runs`);
  // Such a one is no header, and what refuses it would tell it.
  if (key !== undefined && !/^[!-~]+$/.test(key)) throw misconfigured(`what ${keyVariable} holds is no key`);
  return key;
};

const misconfigured = (what: string): ModelError => new ModelError('configuration', `llm: ${what}`);
