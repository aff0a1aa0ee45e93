/** What is sent to each provider, and what is read of its answers. */
import { describe, expect, it } from 'vitest';
import { anthropic } from './llm-anthropic.ts';
import { openai } from './llm-openai.ts';

const all = { prompt: 'hi', system: 'be brief', model: 'm', maxTokens: 5, temperature: 0, stop: ['a'] };
const little = { prompt: 'hi', system: '', model: 'm', stop: [] };

describe('Anthropic', () => {
  const message = { content: [{ type: 'text', text: 'yes' }], usage: { input_tokens: 3, output_tokens: 2 } };

  it('is told all options in its own words', () => {
    const messages = [{ role: 'user', content: 'hi' }];
    const rest = { system: 'be brief', temperature: 0, stop_sequences: ['a'] };
    expect(anthropic.bodyOf(all, 'api.anthropic.com')).toEqual({ model: 'm', max_tokens: 5, messages, ...rest });
    expect(anthropic.bodyOf(little, 'api.anthropic.com')).toEqual({ model: 'm', max_tokens: 4096, messages });
  });

  it('answers in blocks, of which those of text count', () => {
    const content = [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'y' },
      { type: 'text', text: 'es' },
    ];
    const told = { ...message, content, model: 'm-1', stop_reason: 'end_turn' };
    const usage = { input: 3, output: 2 };
    expect(anthropic.answerOf(told)).toEqual({ text: 'yes', model: 'm-1', stopReason: 'end_turn', usage });
    expect(anthropic.answerOf({ ...message, content: [], stop_reason: null })).toEqual({ text: '', usage });
  });

  it.each<[string, object, object]>([
    ['none of them', { cache_read_input_tokens: 0, cache_creation: null }, {}],
    ['read', { cache_read_input_tokens: 7 }, { cacheRead: 7 }],
    ['written, lifetime not told', { cache_creation_input_tokens: 9 }, { cacheWrite5m: 9 }],
    [
      'written for both lifetimes',
      {
        cache_creation_input_tokens: 9,
        cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 5 },
      },
      { cacheWrite5m: 4, cacheWrite1h: 5 },
    ],
  ])('counts tokens of the cache: %s', (_, told, counted) => {
    const usage = { ...message.usage, ...told };
    expect(anthropic.answerOf({ ...message, usage }).usage).toStrictEqual({ input: 3, output: 2, ...counted });
  });

  it.each<[string, unknown]>([
    ['without usage', { content: [] }],
    ['with less than no tokens', { ...message, usage: { input_tokens: -1, output_tokens: 2 } }],
    ['without content', { usage: message.usage }],
    ['that are an error', { type: 'error', error: { message: 'overloaded' } }],
    ['that are null', null],
  ])('is not believed answers %s', (_, body) => expect(() => anthropic.answerOf(body)).toThrow());
});

describe('OpenAI and its like', () => {
  const choices = [{ message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }];
  const counts = { prompt_tokens: 10, completion_tokens: 8, total_tokens: 18 };

  it('are told all options in their own words', () => {
    const messages = [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hi' },
    ];
    const rest = { model: 'm', messages, temperature: 0, stop: ['a'] };
    expect(openai.bodyOf(all, 'api.openai.com')).toEqual({ ...rest, max_completion_tokens: 5 });
    expect(openai.bodyOf(all, 'eu.api.openai.com')).toEqual({ ...rest, max_completion_tokens: 5 });
    expect(openai.bodyOf(all, 'notopenai.com')).toEqual({ ...rest, max_tokens: 5 });
    expect(openai.bodyOf(little, 'localhost')).toEqual({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
  });

  it.each<[string, object, string]>([
    ['a text', { content: 'yes' }, 'yes'],
    ['blocks', { content: [{ type: 'thinking' }, { type: 'text', text: 'yes' }] }, 'yes'],
    ['a refusal', { content: null, refusal: 'no' }, 'no'],
    ['nothing', { content: null }, ''],
    ['calls of tools', { tool_calls: [] }, ''],
  ])('answer with %s', (_, message, text) => {
    expect(openai.answerOf({ choices: [{ message }] })).toEqual({ text, usage: { input: 0, output: 0 } });
  });

  it.each<[string, object | null, object]>([
    ['plain', counts, { input: 10, output: 8 }],
    ['cached', { ...counts, prompt_tokens_details: { cached_tokens: 4 } }, { input: 6, output: 8, cacheRead: 4 }],
    [
      'more cached than asked',
      { ...counts, prompt_tokens_details: { cached_tokens: 40 } },
      { input: 0, output: 8, cacheRead: 10 },
    ],
    [
      'thought',
      { ...counts, completion_tokens_details: { reasoning_tokens: 5 } },
      { input: 10, output: 8, reasoning: 5 },
    ],
    [
      'thought beside the completion',
      { ...counts, total_tokens: 23, completion_tokens_details: { reasoning_tokens: 5 } },
      { input: 10, output: 13, reasoning: 5 },
    ],
    ['details that are not told', { ...counts, prompt_tokens_details: null }, { input: 10, output: 8 }],
    ['nothing', null, { input: 0, output: 0 }],
  ])('count tokens: %s', (_, usage, counted) => {
    const answer = openai.answerOf({ choices, usage, model: 'm-1' });
    expect(answer).toStrictEqual({ text: 'yes', model: 'm-1', stopReason: 'stop', usage: counted });
  });

  it.each<[string, unknown]>([
    ['without a choice', { choices: [], usage: counts }],
    ['with half a token', { choices, usage: { ...counts, prompt_tokens: 0.5 } }],
    ['that are an error', { error: { message: 'no' } }],
    ['that are a list', []],
  ])('are not believed answers %s', (_, body) => expect(() => openai.answerOf(body)).toThrow());
});
