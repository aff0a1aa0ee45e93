import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError, canonicalRequest, modelRequestOf, receiptKeyOf } from './llm.ts';
import type { ModelRequest, ModelSpec } from './llm.ts';

const spec: ModelSpec = { provider: 'anthropic', model: 'claude-x' };

describe('what session code asks for', () => {
  it.each<[string, unknown, ModelRequest]>([
    ['a prompt alone', { prompt: 'hi' }, { prompt: 'hi' }],
    [
      'all options',
      { prompt: 'hi', system: 'be brief', model: 'm', maxTokens: 5, temperature: 0, stop: ['a', 'b'] },
      { prompt: 'hi', system: 'be brief', model: 'm', maxTokens: 5, temperature: 0, stop: ['a', 'b'] },
    ],
    ['one stop', { prompt: 'hi', stop: '\n' }, { prompt: 'hi', stop: ['\n'] }],
    ['nothing said', { prompt: 'hi', stop: [], system: '', model: undefined }, { prompt: 'hi' }],
  ])('%s', (_, args, request) => expect(modelRequestOf(args)).toStrictEqual(request));

  it.each<[string, unknown, string]>([
    ['an unknown option', { prompt: 'hi', temprature: 1 }, 'temprature: no such option; there are system, model'],
    ['a base URL', { prompt: 'hi', baseUrl: 'https://elsewhere.example' }, 'baseUrl'],
    ['a prototype', JSON.parse('{"prompt":"hi","__proto__":{"model":"m"}}'), '__proto__'],
    ['no prompt', {}, 'prompt'],
    ['an empty prompt', { prompt: '' }, 'prompt'],
    ['a temperature too high', { prompt: 'hi', temperature: 3 }, 'temperature'],
    ['what JSON makes of NaN', { prompt: 'hi', temperature: null }, 'temperature'],
    ['half a token', { prompt: 'hi', maxTokens: 1.5 }, 'maxTokens'],
    ['an empty stop', { prompt: 'hi', stop: [''] }, 'stop'],
    ['a model of no name', { prompt: 'hi', model: '' }, 'model'],
    [
      'two at once',
      { prompt: 'hi', model: 7, system: 7 },
      'system: Invalid input: expected string, received number; model',
    ],
    ['a list', ['hi'], 'expected object'],
    ['nothing', undefined, 'expected object'],
  ])('refuses %s', (_, args, named) => {
    expect(() => modelRequestOf(args)).toThrow(
      expect.objectContaining({ kind: 'configuration', message: expect.stringContaining(named) }),
    );
  });

  it('does not repeat long names, nor many', () => {
    const args = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`${n}${'x'.repeat(1000)}`, 1]));
    const refused = expect.objectContaining({ message: expect.stringMatching(/^.{1,700}$/s) });
    expect(() => modelRequestOf({ prompt: 'hi', ...args })).toThrow(refused);
    expect(() => modelRequestOf({ prompt: 'hi', ...args })).toThrow(ModelError);
  });
});

const requests = fc.record(
  {
    prompt: fc.string({ unit: 'binary', minLength: 1 }),
    system: fc.string({ unit: 'binary', minLength: 1 }),
    model: fc.constantFrom('claude-x', 'claude-y'),
    maxTokens: fc.constantFrom(1, 4095, 4096),
    temperature: fc.constantFrom(0, 0.5, 1),
    stop: fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }),
  },
  { requiredKeys: ['prompt'] },
);

describe('a canonical request', () => {
  it('has sorted keys and no defaults', () => {
    const text = canonicalRequest(spec, { temperature: 0, prompt: 'hi', maxTokens: 4096, stop: [], system: '' });
    expect(text).toBe('{"model":"claude-x","prompt":"hi","provider":"anthropic","temperature":0}');
  });

  it('is the same in any order of keys, and said twice', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const turned = Object.fromEntries(Object.entries(request).toReversed()) as unknown as ModelRequest;
        expect(canonicalRequest(spec, turned)).toBe(canonicalRequest(spec, request));
        expect(canonicalRequest(spec, modelRequestOf(request))).toBe(canonicalRequest(spec, request));
      }),
    );
  });

  it('differs where what is asked differs', () => {
    const meant = ({ model = spec.model, maxTokens = 4096, stop = [], ...rest }: ModelRequest) =>
      JSON.stringify([model, maxTokens, stop, rest.prompt, rest.system, rest.temperature]);
    fc.assert(
      fc.property(requests, requests, (a, b) => {
        expect(canonicalRequest(spec, a) === canonicalRequest(spec, b)).toBe(meant(a) === meant(b));
      }),
    );
    // No two of these are the same.
    const all: [ModelSpec, ModelRequest][] = [
      [spec, { prompt: 'hi' }],
      [spec, { prompt: 'hi', maxTokens: 1 }],
      [spec, { prompt: 'hi', system: 'hi' }],
      [spec, { prompt: 'hi', stop: ['a', 'b'] }],
      [spec, { prompt: 'hi', stop: ['a,b'] }],
      [{ ...spec, provider: 'openai' }, { prompt: 'hi' }],
      [
        { ...spec, provider: 'openai' },
        { prompt: 'hi', maxTokens: 4096 },
      ],
      [{ ...spec, model: 'claude-y' }, { prompt: 'hi' }],
      [spec, { prompt: '\ud800' }],
      [spec, { prompt: '\ud801' }],
    ];
    expect(new Set(all.map(([spec, request]) => canonicalRequest(spec, request))).size).toBe(all.length);
  });

  it('does not tell where the provider is', () => {
    const near = { ...spec, baseUrl: 'http://127.0.0.1:1' };
    expect(canonicalRequest(near, { prompt: 'hi' })).toBe(canonicalRequest(spec, { prompt: 'hi' }));
  });
});

describe('a receipt’s key', () => {
  it('is another for each occurrence, and the same for ever', () => {
    const canonical = canonicalRequest(spec, { prompt: 'hi' });
    expect(receiptKeyOf(canonical, 0)).toBe('10ec57213b99fbf1d19ab7593daad3a5969c7b07041284a4083e7cc674de9c50');
    expect(receiptKeyOf(canonical, 1)).not.toBe(receiptKeyOf(canonical, 0));
    expect(receiptKeyOf(canonical, 1)).toMatch(/^[0-9a-f]{64}$/);
  });
});
