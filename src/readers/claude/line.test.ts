/** Which lines count, as what, under which key: the traps of Claude Code's format, each as a file read through the port. */
import { utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Following } from '../following.suite.ts';
import { Responses } from '../responses.ts';
import { claudeReader } from './reader.ts';
import { agentProgress, assistant, read, responses, usage } from './transcript.suite.ts';

const subagent = 'projects/-w/s-1/subagents/agent-a7.jsonl';

describe('a response', () => {
  it('is read with all that its line says', async () => {
    const { records } = await read([assistant()]);
    expect(records).toEqual([
      {
        source: 'claude',
        key: 'msg_1',
        request: 'req_1',
        sessionId: 's-1',
        sidechain: false,
        model: 'claude-sonnet-4-5-20250929',
        beganAt: Date.UTC(2026, 9, 1, 12),
        at: Date.UTC(2026, 9, 1, 12),
        cwd: '/home/dev/work',
        gitBranch: 'main',
        parts: { input: 3, output: 200, cacheRead: 9000, cacheWrite5m: 500, cacheWrite1h: 0 },
        confidence: 'exact',
        file: expect.stringMatching(/s-1\.jsonl$/),
        offset: 0,
        fileBornAt: expect.any(Number),
      },
    ]);
  });

  it('has many lines and counts once, with the values of the one with most output', async () => {
    const line = (output: number, second: number) =>
      assistant({ usage: { ...usage, output_tokens: output }, line: { timestamp: `2026-10-01T12:00:0${second}Z` } });
    const [one, ...others] = await responses([line(2, 1), line(7, 2), line(350, 3), line(350, 4)]);
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      parts: { input: 3, output: 350 },
      beganAt: Date.UTC(2026, 9, 1, 12, 0, 1),
      at: Date.UTC(2026, 9, 1, 12, 0, 3),
    });
  });

  it('may be written with spaces', async () => {
    const spaced = JSON.stringify(assistant(), null, 1).replaceAll('\n', ' ').replaceAll('":', '" :');
    expect(await responses([spaced])).toMatchObject([{ parts: { output: 200 } }]);
  });

  it('keeps the suffixes and prefixes of its model', async () => {
    const models = ['claude-opus-4-5-20251101[1m]', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-haiku-4-5'];
    const found = await responses(models.map((model, i) => assistant({ id: `msg_${i}`, model })));
    expect(found.map(({ model }) => model)).toEqual(models);
  });

  it.each([null, '', 7])('has an unknown model when it says %j', async (model) => {
    expect(await responses([assistant({ model })])).toMatchObject([{ model: 'unknown', parts: { output: 200 } }]);
  });

  it('counts searches of the web', async () => {
    const server_tool_use = { web_search_requests: 3, web_fetch_requests: 1 };
    expect(await responses([assistant({ usage: { ...usage, server_tool_use } })])).toMatchObject([{ webSearches: 3 }]);
  });

  it('takes its session from the path when the line has none', async () => {
    const line = { sessionId: undefined };
    expect(await responses([assistant({ line })])).toMatchObject([{ sessionId: 's-1', sidechain: false }]);
    const misleading = 'subagents/projects/-w/s-2.jsonl';
    expect(await responses([assistant({ line })], misleading)).toMatchObject([{ sessionId: 's-2', sidechain: false }]);
    expect(await responses([assistant({ line })], subagent)).toMatchObject([
      { sessionId: 's-1', agentId: 'a7', sidechain: true },
    ]);
  });
});

describe('the key', () => {
  const count = async (...lines: object[]) => (await responses(lines)).length;
  const inSidechain = { line: { isSidechain: true, agentId: 'a7' } };

  it('is message and request', async () => {
    expect(await count(assistant(), assistant({ requestId: 'req_2' }), assistant({ id: 'msg_2' }))).toBe(3);
  });

  it.each([undefined, null, ''])('is the message alone when a request is %j', async (requestId) => {
    const line = { requestId };
    expect(await count(assistant({ line }), assistant({ line }), assistant({ id: 'msg_2', line }))).toBe(2);
    expect(await count(assistant({ line }), assistant())).toBe(1);
  });

  it('is the message alone when either copy is a sidechain, which replays messages under new requests', async () => {
    const found = await responses([assistant({ requestId: 'req_9', ...inSidechain }), assistant()]);
    expect(found).toMatchObject([{ sidechain: false, parts: { output: 200 }, confidence: 'exact' }]);
    expect(found[0]).not.toHaveProperty('agentId');
  });

  it('is the request, else the line, where a proxy leaves the message id out', async () => {
    const byRequest = assistant({ id: null });
    const byLine = assistant({ id: null, requestId: null });
    expect(await count(byRequest, byRequest, byLine, byLine)).toBe(2);
  });
});

describe('subagents', () => {
  it('are sidechains of their parent session', async () => {
    const line = { isSidechain: true, agentId: 'a7' };
    expect(await responses([assistant({ line })], subagent)).toMatchObject([
      { sessionId: 's-1', agentId: 'a7', sidechain: true, key: 'msg_1' },
    ]);
  });

  it('are told by their lines alone where they stand among those of the parent', async () => {
    const line = { isSidechain: true, agentId: 'a7' };
    expect(await responses([assistant({ line })])).toMatchObject([
      { sessionId: 's-1', agentId: 'a7', sidechain: true },
    ]);
  });

  it('leave requests without a final record: incomplete', async () => {
    const line = { isSidechain: true, agentId: 'a7' };
    const begun = (id: string, output_tokens: number) =>
      assistant({ id, stopReason: null, usage: { ...usage, output_tokens }, line });
    const ended = assistant({ id: 'msg_2', stopReason: 'tool_use', line });
    const found = await responses([begun('msg_1', 2), begun('msg_1', 5), begun('msg_2', 200), ended], subagent);
    expect(found).toMatchObject([{ confidence: 'incomplete', parts: { output: 5 } }, { confidence: 'exact' }]);
  });

  it('are exact in the main conversation, whose lines may all lack the end', async () => {
    expect(await responses([assistant({ stopReason: null })])).toMatchObject([{ confidence: 'exact' }]);
  });

  it('report progress with messages that are in their own file too', async () => {
    const line = { isSidechain: true, agentId: 'a7' };
    const own = await read([assistant({ id: 'msg_5', requestId: 'req_5', line })], subagent);
    const inParent = await read([agentProgress(assistant({ id: 'msg_5', requestId: 'req_5' }), 'a7'), assistant()]);
    const found = [...new Responses().addAll(inParent.records).addAll(own.records)];
    expect(found.map(({ key, sidechain, agentId }) => [key, sidechain, agentId])).toEqual([
      ['msg_5', true, 'a7'],
      ['msg_1', false, undefined],
    ]);
  });

  it('count by their progress when their own file is gone', async () => {
    expect(await responses([agentProgress(assistant(), 'a7')])).toMatchObject([
      { sessionId: 's-1', agentId: 'a7', parts: { output: 200 } },
    ]);
  });
});

describe('forks', () => {
  it('copy all but the session: counted once, for the session whose file is older', async () => {
    const parent = await read([assistant()], 'parent.jsonl');
    const copied = assistant({ line: { sessionId: 's-2' } });
    const own = assistant({ id: 'msg_2', line: { sessionId: 's-2', timestamp: '2026-10-02T12:00:00.000Z' } });
    const fork = await read([copied, own], 'fork.jsonl');
    utimesSync(parent.file, 1, 1);
    const older = await new Following(claudeReader(), parent.file).readAll();
    const found = [...new Responses().addAll(fork.records).addAll(older.records)];
    expect(found.map(({ key, sessionId }) => [key, sessionId])).toEqual([
      ['msg_1', 's-1'],
      ['msg_2', 's-2'],
    ]);
  });
});

describe('advisors', () => {
  const advisor = { type: 'advisor_message', model: 'claude-opus-4-5-20251101', input_tokens: 40, output_tokens: 60 };
  const iterations = [
    { type: 'message', input_tokens: 3, output_tokens: 200 },
    advisor,
    { ...advisor, output_tokens: 61 },
  ];

  it('count beside the sums, each with its own model', async () => {
    const line = assistant({ usage: { ...usage, iterations } });
    expect(await responses([line, line])).toMatchObject([
      { key: 'msg_1', model: 'claude-sonnet-4-5-20250929', parts: { input: 3, output: 200 } },
      { key: 'msg_1#advisor-0', model: 'claude-opus-4-5-20251101', parts: { input: 40, output: 60, cacheRead: 0 } },
      { key: 'msg_1#advisor-1', parts: { output: 61 } },
    ]);
  });

  it.each([[null], ['x'], [[null, 7, 'advisor_message', {}]]])('are none in %j', async (odd) => {
    expect(await responses([assistant({ usage: { ...usage, iterations: odd } })])).toHaveLength(1);
  });
});

describe('what is not counted', () => {
  it.each([
    [
      'usage of a tool result',
      { type: 'user', message: { role: 'user', content: [] }, toolUseResult: { status: 'completed', usage } },
    ],
    [
      'cumulative costs',
      { type: 'cost-state', modelUsage: { 'claude-opus-4-5': { inputTokens: 5, usage } }, role: 'assistant' },
    ],
    ['the bodies of requests', { type: 'api-request-blob', message: assistant().message }],
    ['types to come', { ...assistant(), type: 'something-new' }],
    ['progress of another kind', { type: 'progress', data: { type: 'bash_progress', message: assistant() } }],
    ['progress of what users say', agentProgress({ ...assistant(), type: 'user' }, 'a7')],
    ['progress without a message', { type: 'progress', data: { type: 'agent_progress', message: null, usage } }],
    [
      'errors that Claude Code writes itself',
      assistant({ model: '<synthetic>', id: 'x', requestId: undefined, usage: { input_tokens: 0, output_tokens: 0 } }),
    ],
    ['no message', { type: 'assistant', message: 'usage', usage }],
  ])('%s, which is no trouble either', async (_, line) => {
    const { records, skipped } = await read([line]);
    expect([records, skipped]).toEqual([[], []]);
  });

  it('what tools were given under any name', async () => {
    const input = {
      id: null,
      model: null,
      usage: { output_tokens: 1e6 },
      type: 'assistant',
      message: { id: 'msg_9', usage },
      requestId: null,
    };
    const line = assistant();
    const content = [{ type: 'tool_use', id: 't', name: 'Write', input }];
    const { records } = await read([
      { toolInput: input, ...line, message: { ...line.message, content } },
      assistant({ id: 'msg_2', text: JSON.stringify(input) }),
    ]);
    expect(records.map(({ key, parts }) => [key, parts.output])).toEqual([
      ['msg_1', 200],
      ['msg_2', 200],
    ]);
  });
});
