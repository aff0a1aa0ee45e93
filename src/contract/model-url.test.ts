import { describe, expect, it } from 'vitest';
import { createReplRequest } from './repl-calls.ts';

const wrongWith = (baseUrl: string): string[] => {
  const { error } = createReplRequest.safeParse({
    name: 'a',
    llm: { provider: 'openai', model: 'm', baseUrl },
  });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('an address of a model', () => {
  it.each(['https://a.example/v1', 'http://localhost:1', 'http://127.1.2.3/v1', 'http://[::1]:8080'])(
    'may be %s',
    (url) => {
      expect(wrongWith(url)).toEqual([]);
    },
  );

  it.each([
    ['http://a.example/v1', /^llm\.baseUrl: must be https/],
    ['http://127.0.0.1.example/', /^llm\.baseUrl: must be https/],
    ['https://u:secret@a.example', /^llm\.baseUrl: a URL is no place for a password$/],
    ['https://a.example/?key=1', /^llm\.baseUrl: must end with its path$/],
    ['file:///etc/passwd', /^llm\.baseUrl: /],
    ['nowhere', /^llm\.baseUrl: /],
  ])('is not %s', (url, told) => {
    expect(wrongWith(url)[0]).toMatch(told);
    expect(wrongWith(url).join()).not.toContain('secret');
  });
});
