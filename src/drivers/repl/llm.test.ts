import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { answer, cutShort, endless, good, never, reset, startProvider, withBody } from './llm-provider.suite.ts';
import type { Answering } from './llm-provider.suite.ts';
import { callModel } from './llm.ts';
import type { ModelParts, ModelSpec } from './llm.ts';

const modelServer = fileURLToPath(new URL('../../../../shared/tools/model-server.mjs', import.meta.url));
const key = 'sk-ant-very-secret-0123456789';
const now = Date.UTC(2026, 8, 30, 12);
const yes = { text: 'yes', model: 'm-1', stopReason: 'end_turn', usage: { input: 3, output: 2 } };

/** Never ends anything. */
const calm = new AbortController().signal;

/** Waits take no time. */
const newParts = (parts: Partial<ModelParts> = {}) => {
  const waits: number[] = [];
  const retries: string[] = [];
  const sleep = async (ms: number) => void waits.push(ms);
  const onRetry: ModelParts['onRetry'] = ({ attempt, reason }) => void retries.push(`${attempt}: ${reason}`);
  const usual = { env: { ANTHROPIC_API_KEY: key }, sleep, random: () => 0.5, now: () => now, onRetry };
  return { waits, retries, parts: { ...usual, ...parts } };
};

const call = (baseUrl: string, parts: ModelParts, signal = calm, spec: Partial<ModelSpec> = {}) =>
  callModel({ provider: 'anthropic', model: 'm', baseUrl, ...spec }, { prompt: 'hi' }, parts, signal);

/** Calls a provider that answers so. */
const played = async (answerings: readonly Answering[], more: Partial<ModelParts> = {}) => {
  const provider = await startProvider(...answerings);
  const { parts, ...seen } = newParts(more);
  const outcome = await call(provider.url, parts).catch((error: unknown) => error);
  return { ...seen, ...provider, outcome };
};

const problem = (kind: string, message: string | RegExp, status?: number) =>
  expect.objectContaining({
    name: 'ModelError',
    kind,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
    ...(status === undefined ? {} : { status }),
  });

describe.skipIf(!existsSync(modelServer))('a model that answers', () => {
  const start = async (...args: string[]): Promise<string> => {
    const child = spawn(process.execPath, [modelServer, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill());
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return line.toString().trim();
  };

  it('is heard, whichever way its provider speaks', async () => {
    const url = await start('--reply', 'wahr — 真', '--input', '11', '--output', '5');
    const { parts } = newParts({ env: {} });
    const usage = { input: 11, output: 5 };
    expect(await call(url, parts)).toEqual({ text: 'wahr — 真', model: 'm', stopReason: 'end_turn', usage });
    const openai = await call(`${url}/v1/`, parts, undefined, { provider: 'openai' });
    expect(openai).toEqual({ text: 'wahr — 真', model: 'm', stopReason: 'stop', usage });
  });

  it('is found where the environment says, and may be another than the session’s', async () => {
    const url = await start();
    const env = { ANTHROPIC_BASE_URL: url, OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: 'x' };
    for (const provider of ['anthropic', 'openai'] as const) {
      const request = { prompt: 'hi', model: 'other' };
      const { model } = await callModel({ provider, model: 'm' }, request, newParts({ env }).parts, calm);
      expect(model).toBe('other');
    }
  });
});

describe('a request', () => {
  it('goes to Anthropic with key and version', async () => {
    const { told } = await played([good]);
    expect(told).toMatchObject([{ method: 'POST', path: '/v1/messages', body: { model: 'm', max_tokens: 4096 } }]);
    expect(told[0]?.headers).toMatchObject({ 'x-api-key': key, 'anthropic-version': '2023-06-01' });
  });

  it('goes to OpenAI with its key', async () => {
    const { url, told } = await startProvider(withBody({ choices: [{ message: { content: 'yes' } }] }));
    const { parts } = newParts({ env: { OPENAI_API_KEY: ` ${key}\n` } });
    await call(`${url}/v1`, parts, undefined, { provider: 'openai' });
    expect(told).toMatchObject([{ path: '/v1/chat/completions', headers: { authorization: `Bearer ${key}` } }]);
  });

  it('has no key on this machine where there is none', async () => {
    const { url, told } = await startProvider(good, withBody({ choices: [{ message: { content: 'yes' } }] }));
    await call(url, newParts({ env: {} }).parts);
    await call(url, newParts({ env: {} }).parts, undefined, { provider: 'openai' });
    expect(told.flatMap(({ headers }) => Object.keys(headers)).filter((name) => /key|auth/.test(name))).toEqual([]);
    expect(told).toHaveLength(2);
  });

  it('waits for a model that thinks for longer than fetch would', async () => {
    const { url } = await startProvider(good);
    const asked = vi.fn(fetch);
    await call(url, newParts({ fetch: asked }).parts);
    expect(asked.mock.calls[0]?.[1]).toMatchObject({ dispatcher: expect.anything(), redirect: 'manual' });
  });

  it.each<[string, Partial<ModelSpec>, ModelParts['env'], RegExp]>([
    ['without a key', {}, {}, /ANTHROPIC_API_KEY is not set/],
    ['with a key that is none', {}, { ANTHROPIC_API_KEY: 'sk-\nsecret' }, /what ANTHROPIC_API_KEY holds is no key/],
    ['in the clear', { baseUrl: 'http://192.0.2.1/v1' }, {}, /baseUrl: must be https/],
    ['to a name that begins like this machine’s', { baseUrl: 'http://127.0.0.1.example/' }, {}, /must be https/],
    ['in the clear by the environment', {}, { ANTHROPIC_BASE_URL: 'http://a.example' }, /ANTHROPIC_BASE_URL: must/],
    ['over another protocol', { baseUrl: 'file:///etc/passwd' }, {}, /must be an http or https URL/],
    ['to nowhere', { baseUrl: '' }, {}, /must be an http or https URL/],
    ['with a password', { baseUrl: 'https://u:secret@a.example' }, {}, /no place for a password/],
    ['to a page', { baseUrl: 'https://a.example/?secret' }, {}, /must end with its path/],
    ['to an unknown provider', { provider: 'constructor' as 'openai' }, {}, /provider: must be/],
  ])('is not sent %s', async (_, spec, env, message) => {
    const asked = vi.fn(fetch);
    const { parts } = newParts({ env, fetch: asked });
    const calling = callModel({ provider: 'anthropic', model: 'm', ...spec }, { prompt: 'hi' }, parts, calm);
    const error = (await calling.catch((error: unknown) => error)) as Error;
    expect(error).toEqual(problem('configuration', message));
    expect(error.message).not.toContain('secret');
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('a try that fails', () => {
  it.each<[string, Answering, string]>([
    ['a limit', withBody('', 429), '429'],
    ['an overload', withBody({ error: { message: 'Overloaded' } }, 529), '529'],
    ['a bad gateway', withBody('<html>', 502), '502'],
    ['a reset connection', reset, 'UND_ERR_SOCKET|ECONNRESET'],
    ['an answer that is cut short', cutShort, 'UND_ERR_SOCKET|ECONNRESET'],
  ])('by %s is tried again', async (_, failing, reason) => {
    const { outcome, retries, waits, told } = await played([failing, failing, good]);
    expect(outcome).toEqual(yes);
    expect(retries.join()).toMatch(new RegExp(`^1: (${reason}),2: (${reason})$`));
    expect(waits).toEqual([250, 500]);
    expect(told).toHaveLength(3);
  });

  it('is not tried again sooner than the provider asks', async () => {
    const limits = [
      withBody('', 429, { 'retry-after': '7' }),
      withBody('', 529, { 'retry-after-ms': '300000' }),
      withBody('', 503, { 'retry-after': 'Wed, 30 Sep 2026 12:00:10 GMT' }),
      withBody('', 503, { 'retry-after': '0' }),
    ];
    const { outcome, waits } = await played([...limits, good]);
    expect(outcome).toEqual(yes);
    expect(waits).toEqual([7000, 300_000, 10_000, 2000]);
  });

  it('is the last one where the provider asks for more than five minutes', async () => {
    const { outcome, waits, told } = await played([withBody('', 503, { 'retry-after': '301' }), good]);
    const message = 'anthropic has trouble (503); try again in 301 s, after 2026-09-30T12:05:01.000Z';
    expect(outcome).toEqual(problem('rate_limited', message, 503));
    expect([waits, told.length]).toEqual([[], 1]);
  });

  it.each<[string, Answering, string, string | RegExp, number?]>([
    [
      'a limit',
      withBody({ error: { message: 'too many' } }, 429, { 'retry-after': '2' }),
      'rate_limited',
      'anthropic wants fewer requests (429): too many, after 5 tries; try again in 2 s, after 2026-09-30T12:00:02.000Z',
      429,
    ],
    ['an overload', withBody('', 529), 'unavailable', 'anthropic has trouble (529), after 5 tries', 529],
    ['a reset', reset, 'unavailable', /^anthropic could not be asked \((UND_ERR_SOCKET|ECONNRESET)\), after 5 tries$/],
  ])('by %s five times is the end', async (_, failing, kind, message, status) => {
    const { outcome, waits, told } = await played([failing]);
    expect(outcome).toEqual(problem(kind, message, status));
    expect(told).toHaveLength(5);
    expect(waits).toHaveLength(4);
  });

  it('for want of an answer in time is tried again', async () => {
    const { outcome, retries } = await played([never], { tryTimeoutMs: 20 });
    expect(outcome).toEqual(problem('unavailable', /\(no answer within 0\.02 s\), after 5 tries$/));
    expect(retries).toHaveLength(4);
  });

  it.each<[string, () => Promise<Response>, string]>([
    ['of a provider', () => fetch('http://127.0.0.1:1'), 'a port that fetch does not call'],
    ['of a name', () => Promise.reject(newFailure({ code: 'ENOTFOUND' })), 'ENOTFOUND'],
    ['of all reason', () => Promise.reject(newFailure({})), 'the connection failed'],
  ])('for want %s tells so, and no more', async (_, failing, reason) => {
    const { outcome } = await played([good], { fetch: failing });
    expect(outcome).toEqual(problem('unavailable', `anthropic could not be asked (${reason}), after 5 tries`));
  });
});

/** As fetch's are, with more in it than is to be told. */
const newFailure = (has: object) => new TypeError('fetch failed', { cause: Object.assign(new Error(key), has) });

describe('an answer that ends the call', () => {
  it.each<[string, Answering, string, RegExp, number]>([
    [
      'a refusal',
      withBody({ error: { message: 'no\n\u001b[31msuch  model' } }, 400),
      'refused',
      /^anthropic refuses \(400\): no \[31msuch model$/,
      400,
    ],
    ['a refusal in plain text', withBody('not here', 404), 'refused', /refuses \(404\): not here$/, 404],
    ['a refusal without a word', withBody('', 403), 'refused', /refuses \(403\)$/, 403],
    ['a long refusal', withBody({ error: { message: 'é'.repeat(1e6) } }, 413), 'refused', /^[^é]*é{499}…$/, 413],
    [
      'a refusal without an end',
      (response) => endless(response.writeHead(400), response.req),
      'refused',
      /refuses \(400\)$/,
      400,
    ],
    ['a refusal that tells the key', withBody({ error: `bad key ${key}!` }, 401), 'refused', /: bad key …!$/, 401],
    [
      'a refusal that tells some of the key',
      withBody({ message: 'bad key sk-ant****6789.' }, 401),
      'refused',
      /: bad key …$/,
      401,
    ],
    ['what will not pass', withBody('', 501), 'unavailable', /fails \(501\)$/, 501],
    [
      'a redirect',
      withBody('', 307, { location: 'http://127.0.0.1:9/' }),
      'refused',
      /leads on to elsewhere \(307\)/,
      307,
    ],
    ['garbage', withBody('\u0000\u0001<html>'), 'invalid_answer', /it is no JSON$/, 200],
    ['an answer given twice', withBody(JSON.stringify(answer).repeat(2)), 'invalid_answer', /it is no JSON$/, 200],
    ['nothing', withBody('', 204), 'invalid_answer', /it is no JSON$/, 204],
    ['another kind of answer', withBody({ ok: true }), 'invalid_answer', /content: Invalid input/, 200],
    ['an answer without an end', endless, 'invalid_answer', /larger than 16 MiB$/, 200],
  ])('%s', async (_, answering, kind, message, status) => {
    const { outcome, told } = await played([answering, good]);
    expect(outcome).toEqual(problem(kind, message, status));
    expect(told).toHaveLength(1);
  });
});

describe('the signal', () => {
  const cancelled = problem('cancelled', 'llm: cancelled');

  it('ends a call before it begins', async () => {
    const { url, told } = await startProvider(good);
    await expect(call(url, newParts().parts, AbortSignal.abort())).rejects.toEqual(cancelled);
    expect(told).toEqual([]);
  });

  it.each<[string, Answering]>([
    ['that nobody answers', never],
    ['that is half answered', (response) => void response.writeHead(200).write('{"content":')],
  ])('ends one %s', async (_, answering) => {
    const { url, asked } = await startProvider(answering);
    const ending = new AbortController();
    const calling = call(url, newParts().parts, ending.signal);
    void asked.then(() => ending.abort());
    await expect(calling).rejects.toEqual(cancelled);
  });

  it.each<[string, ModelParts['sleep']]>([
    ['wakes', () => Promise.resolve()],
    ['is thrown out', () => Promise.reject(new Error('aborted'))],
  ])('ends a wait, whose sleeper %s', async (_, woken) => {
    const { url, told } = await startProvider(withBody('', 429), good);
    const ending = new AbortController();
    const sleep: ModelParts['sleep'] = (ms, signal) => {
      ending.abort();
      expect(signal.aborted).toBe(true);
      return woken(ms, signal);
    };
    await expect(call(url, newParts({ sleep }).parts, ending.signal)).rejects.toEqual(cancelled);
    expect(told).toHaveLength(1);
  });
});
