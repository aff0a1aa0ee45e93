/** What the numbers of a line are worth, and what is said of those that are none. */
import { describe, expect, it } from 'vitest';
import { assistant, read, responses, usage } from './transcript.suite.ts';

describe('cache writes', () => {
  const written = async (fields: object) => {
    const [record] = await responses([assistant({ usage: { output_tokens: 1, ...fields } })]);
    return [record?.parts.cacheWrite5m, record?.parts.cacheWrite1h];
  };
  const split = (m5: unknown, h1: unknown) => ({ ephemeral_5m_input_tokens: m5, ephemeral_1h_input_tokens: h1 });

  it.each([
    [
      'are split by how long they live',
      { cache_creation_input_tokens: 900, cache_creation: split(200, 700) },
      [200, 700],
    ],
    [
      'all live an hour when the split says so',
      { cache_creation_input_tokens: 900, cache_creation: split(0, 900) },
      [0, 900],
    ],
    ['live five minutes without a split', { cache_creation_input_tokens: 900 }, [900, 0]],
    ['live five minutes where the split is null', { cache_creation_input_tokens: 900, cache_creation: null }, [900, 0]],
    [
      'live five minutes where the parts of the split are null',
      { cache_creation_input_tokens: 900, cache_creation: split(null, null) },
      [900, 0],
    ],
    [
      'live five minutes as far as the split does not say',
      { cache_creation_input_tokens: 900, cache_creation: split(0, 600) },
      [300, 600],
    ],
    ['are counted where only the split has them', { cache_creation: split(20, 30) }, [20, 30]],
  ])('%s', async (_, fields, expected) => expect(await written(fields)).toEqual(expected));
});

describe('counts', () => {
  it.each([
    [
      'null',
      {
        input_tokens: null,
        output_tokens: 9,
        cache_read_input_tokens: null,
        cache_creation: null,
        server_tool_use: null,
      },
    ],
    ['absent', { output_tokens: 9 }],
  ])('that are %s are none', async (_, fields) => {
    expect(await responses([assistant({ usage: fields })])).toMatchObject([
      { parts: { input: 0, output: 9, cacheRead: 0, cacheWrite5m: 0 } },
    ]);
  });

  it.each([-1, 1.5, 1e12, 1e308, '12', true, {}, []])('of %j are skipped and reported', async (bad) => {
    for (const name of ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens']) {
      const { records, reasons } = await read([assistant({ usage: { ...usage, [name]: bad } })]);
      expect([records, reasons]).toEqual([[], ['0 bad_count']]);
    }
  });

  it.each([
    ['a part of the split', { cache_creation: { ephemeral_1h_input_tokens: -5 } }],
    ['searches', { server_tool_use: { web_search_requests: -5 } }],
    ['an advisor', { iterations: [{ type: 'advisor_message', output_tokens: -5 }] }],
  ])('that cannot be are reported in %s too', async (_, fields) => {
    expect((await read([assistant({ usage: { ...usage, ...fields } })])).reasons).toEqual(['0 bad_count']);
  });

  it.each([
    ['no_usage', { usage: null }],
    ['no_usage', { usage: [] }],
    ['no_key', { id: '', requestId: null, line: { uuid: undefined } }],
    ['bad_time', { line: { timestamp: undefined } }],
    ['bad_time', { line: { timestamp: 1790000000000 } }],
    ['bad_time', { line: { timestamp: '1' } }],
    ['bad_time', { line: { timestamp: '2026-13-45T12:00:00Z' } }],
    ['bad_time', { line: { timestamp: '2026-10-01T12:00:00' } }],
  ])('of a response are reported as %s with %j', async (reason, fields) => {
    const { records, reasons } = await read([assistant(fields)]);
    expect([records, reasons]).toEqual([[], [`0 ${reason}`]]);
  });

  it.each([
    ['2999-01-01T00:00:00.000Z', Date.UTC(2999, 0)],
    ['2026-10-01T14:00:00+02:00', Date.UTC(2026, 9, 1, 12)],
  ])('are handed over with the time %s as it stands', async (timestamp, at) => {
    expect(await responses([assistant({ line: { timestamp } })])).toMatchObject([{ at, beganAt: at }]);
  });
});
