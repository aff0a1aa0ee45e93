/** What counts in a session, as what, whose it is: the traps of Copilot CLI's formats, each as a file read by the port. */
import { describe, expect, it } from 'vitest';
import { Following } from '../following.suite.ts';
import { copilotReader } from './reader.ts';
import {
  at,
  bytesOf,
  event,
  eventsName,
  message,
  noon,
  prompt,
  read,
  session,
  shutdown,
  span,
  spent,
  start,
  usage,
  writeText,
} from './session.suite.ts';

const resume = event('session.resume', { resumeTime: at(50) }, 50);

describe('a response', () => {
  it('is known by its output alone at first', async () => {
    const { records } = await read(start(), message('m1', 40, 4000));
    expect(records).toEqual([
      {
        source: 'copilot',
        key: `${session}:m1`,
        sessionId: session,
        sidechain: false,
        model: 'gpt-5',
        beganAt: noon + 4000,
        at: noon + 4000,
        cwd: '/home/dev/work',
        gitBranch: 'main',
        parts: { input: 0, output: 40, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
        billing: { provider: 'github-copilot' },
        confidence: 'incomplete',
        file: expect.stringContaining(session),
        offset: Buffer.byteLength(bytesOf([start()])),
        fileBornAt: expect.any(Number),
      },
    ]);
  });

  it.each([
    ['after its message', [message('m1', 40, 1), usage(100, 40, 2, { cacheReadTokens: 60, cacheWriteTokens: 30 })]],
    ['before its message', [usage(100, 40, 1, { cacheReadTokens: 60, cacheWriteTokens: 30 }), message('m1', 40, 2)]],
  ])('is exact and one with its usage told %s', async (_, lines) => {
    expect(spent(await read(start(), ...lines))).toEqual([['gpt-5', 10, 40, 60, 'exact']]);
  });

  it('is not another one with as much output', async () => {
    const turn = (n: string, ms: number) => event('assistant.turn_start', { turnId: n, interactionId: 'i' }, ms);
    const lines = [turn('0', 1), message('m1', 40, 2), usage(100, 40, 3), turn('1', 4), usage(50, 40, 5)];
    expect(spent(await read(start(), ...lines, message('m2', 40, 6)))).toEqual([
      ['gpt-5', 100, 40, 0, 'exact'],
      ['gpt-5', 50, 40, 0, 'exact'],
    ]);
  });

  it('has the model of its message, else the one that the session was changed to', async () => {
    const change = event('session.model_change', { newModel: 'claude-opus-4.8' }, 2);
    const lines = [message('m1', 1, 1), change, message('m2', 2, 3), message('m3', 3, 4, { model: 'gpt-5-mini' })];
    expect(spent(await read(start(), ...lines)).map(([model]) => model)).toEqual([
      'gpt-5',
      'claude-opus-4.8',
      'gpt-5-mini',
    ]);
  });

  it('of a subagent belongs to its session', async () => {
    const { records, sightings } = await copilotReader().readFrom(
      writeText(bytesOf([message('m1', 5, 1, { parentToolCallId: 'call-1' })]), eventsName),
    );
    expect(records).toMatchObject([{ sessionId: session, agentId: 'call-1', sidechain: true, model: 'unknown' }]);
    expect(sightings).toEqual([{ source: 'copilot', sessionId: session, from: noon + 1, until: noon + 1 }]);
  });

  it.each([
    ['a negative count', message('m', -1), 'bad_count'],
    ['a count that is a text', usage(1, 2, 0, { cacheReadTokens: '3' }), 'bad_count'],
    ['more than any response uses', message('m', 100_000_001), 'bad_count'],
    ['no count', message('m', undefined), 'no_usage'],
    ['no usage', event('assistant.usage', { model: 'm' }), 'no_usage'],
    ['no id', { ...message(undefined, 1), id: undefined }, 'no_key'],
    ['no time', { ...message('m', 1), timestamp: 'noon' }, 'bad_time'],
    ['totals that are none', shutdown({ m: [-1, 2] }), 'bad_count'],
    ['totals without a time', { ...shutdown({ m: [1, 2] }), timestamp: 0 }, 'bad_time'],
  ])('with %s is reported', async (_, bad, reason) => {
    const { records, skipped } = await read(start(), bad);
    expect([records, skipped.map((skip) => skip.reason)]).toEqual([[], [reason]]);
  });
});

describe('totals', () => {
  it('are shared out among the responses of their model, to the token', async () => {
    const lines = [message('m1', 10, 1), message('m2', 20, 2), message('m3', 7, 3, { model: 'claude-opus-4.8' })];
    const totals = shutdown({ 'gpt-5': [1000, 33, 601, 200, 4], 'claude-opus-4.8': [50, 7, 0] }, 9);
    expect(spent(await read(start(), ...lines, totals))).toEqual([
      ['gpt-5', 99, 11, 300, 'estimated'],
      ['gpt-5', 100, 22, 301, 'estimated'],
      ['claude-opus-4.8', 50, 7, 0, 'estimated'],
    ]);
  });

  it('add nothing to responses that told all', async () => {
    const follow = await read(start(), message('m1', 10, 1), usage(90, 10, 2), shutdown({ 'gpt-5': [90, 10] }, 3));
    expect(spent(follow)).toEqual([['gpt-5', 90, 10, 0, 'exact']]);
  });

  it('come as so many responses as there were requests where none were told', async () => {
    const follow = await read(start(), shutdown({ 'gpt-5': [901, 30, 0, 0, 0, 3] }, 3));
    expect(spent(follow)).toEqual([
      ['gpt-5', 300, 10, 0, 'estimated'],
      ['gpt-5', 300, 10, 0, 'estimated'],
      ['gpt-5', 301, 10, 0, 'estimated'],
    ]);
    expect(new Set(follow.records.map(({ key }) => key)).size).toBe(3);
  });

  it('are shared by responses without a count', async () => {
    const follow = await read(start(), message('m1', undefined, 1), shutdown({ 'gpt-5': [90, 10] }, 3));
    expect(spent(follow)).toEqual([['gpt-5', 90, 10, 0, 'estimated']]);
  });

  it('take in responses of a model that they do not know', async () => {
    const lines = [message('m1', 10, 1, { model: 'auto' }), shutdown({ 'gpt-5': [90, 10] }, 3)];
    expect(spent(await read(start(), ...lines))).toEqual([['gpt-5', 90, 10, 0, 'estimated']]);
  });

  it('may be input without cache, and larger than those of any response', async () => {
    const follow = await read(start(), shutdown({ 'gpt-5': [5, 10, 300_000_000, 0, 0, 300] }, 3));
    const all = spent(follow).map(([, input, , cacheRead]) => [input, cacheRead] as number[]);
    expect(all.reduce(([a, b], [c, d]) => [a! + c!, b! + d!], [0, 0])).toEqual([5, 300_000_000]);
  });

  it('begin anew after a session was resumed', async () => {
    const first = [message('m1', 10, 1), shutdown({ 'gpt-5': [90, 10] }, 3)];
    const next = [resume, message('m2', 20, 60), shutdown({ 'gpt-5': [500, 20] }, 70)];
    expect(spent(await read(start(), ...first, ...next))).toEqual([
      ['gpt-5', 90, 10, 0, 'estimated'],
      ['gpt-5', 500, 20, 0, 'estimated'],
    ]);
  });

  it('go on where they hold what was there before, resumed or not', async () => {
    const first = [message('m1', 10, 1), shutdown({ 'gpt-5': [90, 10] }, 3)];
    const next = [message('m2', 20, 60), shutdown({ 'gpt-5': [500, 30] }, 70)];
    const expected = [
      ['gpt-5', 90, 10, 0, 'estimated'],
      ['gpt-5', 410, 20, 0, 'estimated'],
    ];
    expect(spent(await read(start(), ...first, ...next))).toEqual(expected);
    expect(spent(await read(start(), ...first, resume, ...next))).toEqual(expected);
  });

  it('count once when they are told again', async () => {
    const totals = (ms: number) => shutdown({ 'gpt-5': [90, 10] }, ms);
    expect(spent(await read(start(), message('m1', 10, 1), totals(3), totals(4)))).toHaveLength(1);
  });

  it('that are empty leave responses to the next ones', async () => {
    const lines = [message('m1', 10, 1), event('session.shutdown', { modelMetrics: {} }, 2)];
    expect(spent(await read(start(), ...lines, shutdown({ 'gpt-5': [90, 10] }, 3)))).toEqual([
      ['gpt-5', 90, 10, 0, 'estimated'],
    ]);
  });

  it('are not those of what was killed before', async () => {
    const lines = [message('m1', 10, 1), resume, message('m2', 20, 60), shutdown({ 'gpt-5': [500, 20] }, 70)];
    expect(spent(await read(start(), ...lines))).toEqual([
      ['gpt-5', 0, 10, 0, 'incomplete'],
      ['gpt-5', 500, 20, 0, 'estimated'],
    ]);
  });

  it('come to what they are in a session of more responses than are kept', async () => {
    const many = Array.from({ length: 700 }, (_, i) => message(`m${i}`, 2, i));
    const follow = await read(start(), ...many, shutdown({ 'gpt-5': [7_000_003, 1500] }, 800));
    const all = spent(follow).map(([, input, output]) => [input, output] as number[]);
    expect(all).toHaveLength(700);
    expect(all.reduce(([a, b], [c, d]) => [a! + c!, b! + d!], [0, 0])).toEqual([7_000_003, 1500]);
  });
});

describe('exported telemetry', () => {
  const counts = { 'gen_ai.usage.input_tokens': 22799, 'gen_ai.usage.output_tokens': 77 };
  const cached = {
    'gen_ai.usage.cache_read.input_tokens': 13013,
    'gen_ai.usage.cache_creation.input_tokens': 9776,
    'gen_ai.usage.reasoning.output_tokens': 13,
  };
  const of = (...lines: unknown[]) =>
    new Following(copilotReader(), writeText(bytesOf(lines), 'otel/a.jsonl')).readAll();

  it('tells each response whole, with input less what it holds of the cache', async () => {
    const told = { 'gen_ai.response.model': 'claude-opus-4.6', 'gen_ai.response.id': 'r1' };
    const { records } = await of(span({ ...counts, ...cached, ...told, 'github.copilot.nano_aiu': 6_958_150_000 }));
    expect(records).toMatchObject([
      {
        key: 'r1',
        sessionId: session,
        model: 'claude-opus-4.6',
        at: noon + 2005,
        parts: { input: 10, output: 77, reasoning: 13, cacheRead: 13013, cacheWrite5m: 9776, cacheWrite1h: 0 },
        billing: { provider: 'github-copilot', costUsd: 0.0695815 },
        confidence: 'exact',
      },
    ]);
  });

  it('is not counted where an agent sums up, a tool was called or a request failed', async () => {
    const agent = { ...counts, 'gen_ai.operation.name': 'invoke_agent' };
    const metric = { type: 'metric', name: 'gen_ai.client.token.usage', '"gen_ai.': 1 };
    const failed = span({}, { status: { code: 2 } });
    const named = span({ ...counts, 'gen_ai.operation.name': undefined }, { name: 'execute_tool chat' });
    const { records, skipped } = await of(span(agent), metric, failed, named);
    expect([records, skipped]).toEqual([[], []]);
  });

  it.each([
    ['no counts', span({}), 'no_usage'],
    ['hidden counts', span({ ...counts, 'gen_ai.usage.output_tokens': '[REDACTED]' }), 'bad_count'],
    ['no ids', span(counts, { traceId: undefined }), 'no_key'],
    ['no time', span(counts, { startTime: 'x', endTime: [1.5, 0] }), 'bad_time'],
  ])('with %s is reported', async (_, bad, reason) => {
    const { records, skipped } = await of(bad);
    expect([records, skipped.map((skip) => skip.reason)]).toEqual([[], [reason]]);
  });

  it('is one with the message of the same turn, whichever was read first', async () => {
    const turn = { interactionId: 'i1', turnId: '0' };
    const exported = { ...counts, 'github.copilot.interaction_id': 'i1', 'github.copilot.turn_id': '0' };
    const [events, telemetry] = [await read(start(), message('m1', 77, 3000, turn)), await of(span(exported))];
    const expected = [['auto', 22799, 77, 0, 'exact']];
    expect([spent(events, telemetry), spent(telemetry, events)]).toEqual([expected, expected]);
  });
});

describe('a session', () => {
  it('is seen with its times, directory, branch and first prompt', async () => {
    const lines = [
      start(),
      prompt('Use the pdf skill', 1, { source: 'skill-pdf' }),
      prompt(' Fix it ', 2, { transformedContent: '<reminder/> Fix it' }),
      prompt('More', 3),
      event('session.context_changed', { cwd: '/home/dev/other' }, 4),
    ];
    const { sightings } = await copilotReader().readFrom(writeText(bytesOf(lines), eventsName));
    const { from, until, title, cwd, gitBranch } = sightings![0]!;
    expect([sightings!.length, from, until, title, cwd, gitBranch]).toEqual([
      1,
      noon,
      noon + 4,
      'Fix it',
      '/home/dev/work',
      'main',
    ]);
  });

  it('says prompts and answers, each with a key', async () => {
    const tool = event('tool.execution_complete', { result: { content: '"user.message"' } }, 3);
    const lines = [start(), prompt('Hello', 1), message('m1', 5, 2), tool, message('m2', 5, 4, { content: '' })];
    const { utterances } = await copilotReader().textsFrom!(writeText(bytesOf(lines), eventsName));
    expect(utterances.map(({ by, text, key }) => [by, text, key])).toEqual([
      ['user', 'Hello', 'user.message-1'],
      ['agent', 'Done.', 'm1'],
    ]);
  });

  it('of an early version is one document, which tells no usage', async () => {
    const chatMessages = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'Hello' },
    ];
    const document = { sessionId: session, startTime: at(0), chatMessages, timeline: [{ timestamp: at(7) }] };
    const file = writeText(JSON.stringify(document), `history-session-state/session_${session}_1.json`);
    const follow = new Following(copilotReader(), file);
    expect((await follow.read()).sightings).toEqual([
      { source: 'copilot', sessionId: session, from: noon, until: noon + 7, title: 'Hello' },
    ]);
    expect([follow.records, follow.reasons]).toEqual([[], ['0 no_usage']]);
    expect((await follow.read()).skipped).toEqual([]);
  });

  it.each([
    ['torn', '{"sessionId": ', 'malformed'],
    ['of another tool', '{}', 'unknown_format'],
    ['over the limit', ' '.repeat(5001), 'line_too_long'],
  ])('that is a document is reported when it is %s', async (_, text, reason) => {
    const follow = new Following(copilotReader({ maxDocumentBytes: 5000 }), writeText(text, 'session_a_1.json'));
    await follow.read();
    expect([follow.records, follow.reasons]).toEqual([[], [`0 ${reason}`]]);
  });
});
