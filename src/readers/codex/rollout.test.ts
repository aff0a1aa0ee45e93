/**
 * What counts in a rollout, as what, whose it is: the traps of Codex's format, each as a file read through the port.
 */
import { describe, expect, it } from 'vitest';
import type { Reading } from '../reader.ts';
import { codexReader } from './reader.ts';
import {
  bytesOf,
  counter,
  event,
  header,
  idAt,
  line,
  noon,
  read,
  record,
  responses,
  said,
  spent,
  thread,
  turn,
  used,
  writeRollout,
} from './rollout.suite.ts';

const parent = idAt(-60_000, 9);

async function reading(...lines: unknown[]): Promise<Reading> {
  return codexReader().readFrom(writeRollout(lines));
}

describe('a response', () => {
  it('is read with all that the lines before it say', async () => {
    const { records } = await reading(header(), turn({}, 10), counter(used(1000, 600, 50, 20), undefined, 4000));
    expect(records).toEqual([
      {
        source: 'codex',
        key: `${thread}:1000.600.50.20+1000.600.50.20`,
        sessionId: thread,
        sidechain: false,
        model: 'gpt-6-codex',
        beganAt: noon + 4000,
        at: noon + 4000,
        cwd: '/home/dev/work',
        gitBranch: 'main',
        parts: { input: 400, output: 50, reasoning: 20, cacheRead: 600, cacheWrite5m: 0, cacheWrite1h: 0 },
        billing: { provider: 'openai' },
        confidence: 'exact',
        file: expect.stringMatching(/rollout-.*\.jsonl$/),
        offset: Buffer.byteLength(bytesOf([header(), turn({}, 10)])),
        fileBornAt: expect.any(Number),
      },
    ]);
  });

  it('is the advance of the total', async () => {
    const lines = [counter(used(1000, 600, 50, 20)), counter(used(3000, 2500, 80, 20), used(2000, 1900, 30))];
    expect(await responses(header(), ...lines)).toEqual([
      [400, 600, 50, 20],
      [100, 1900, 30, 0],
    ]);
  });

  it('of which the line was lost is in the next advance', async () => {
    const lines = [counter(used(10, 0, 5)), counter(used(40, 0, 20), used(20, 0, 9))];
    expect(await responses(header(), ...lines)).toEqual([
      [10, 0, 5, 0],
      [30, 0, 15, 0],
    ]);
  });

  it('counts once when its total is sent again, whatever stands between', async () => {
    const one = counter(used(1000, 600, 50), undefined, 1);
    const again = counter(used(1000, 600, 50), undefined, 900_000, { rate_limits: { primary: null } });
    expect(await responses(header(), one, one, turn(), said('user', 'Go on.'), again)).toEqual([[400, 600, 50, 0]]);
  });

  it('has its model from the turn it is in, and an unknown one without', async () => {
    const lines = [counter(used(1)), turn({ model: 'a' }), counter(used(2)), turn({ model: 'b' }), counter(used(3))];
    const { records } = await read([header(), ...lines]);
    expect(records.map(({ model }) => model)).toEqual(['unknown', 'a', 'b']);
  });

  it('has the tier that the thread was set to, unless it is the usual one', async () => {
    const set = (service_tier: string | null) =>
      event('thread_settings_applied', { thread_settings: { service_tier } });
    const lines = [set('default'), counter(used(1)), set('priority'), counter(used(2)), set(null), counter(used(3))];
    const { records } = await read([header({ model_provider: 'azure' }), ...lines]);
    expect(records.map(({ billing }) => billing)).toEqual([
      { provider: 'azure' },
      { provider: 'azure', tier: 'priority' },
      { provider: 'azure' },
    ]);
  });

  it('has what it wrote to the cache apart from its input', async () => {
    const { records } = await read([header(), counter({ ...used(100, 30, 5), cache_write_input_tokens: 60 })]);
    expect(records).toMatchObject([{ parts: { input: 10, cacheRead: 30, cacheWrite5m: 60, output: 5 } }]);
  });

  it('is not what only tells of limits or of an estimate after a compaction', async () => {
    const estimate = counter(used(100, 0, 5), { ...used(0), total_tokens: 20_000 });
    const full = counter({ ...used(0), total_tokens: 272_000 }, { ...used(0), total_tokens: 9 });
    expect(
      await responses(header(), counter(used(100, 0, 5)), event('token_count', { info: null }), estimate, full),
    ).toEqual([[100, 0, 5, 0]]);
    expect((await read([header(), event('token_count', { info: null })])).skipped).toEqual([]);
  });

  it('is not what other lines call usage', async () => {
    const usage = { ...used(5000, 0, 900) };
    const exec = { type: 'turn.completed', usage, payload: { type: 'token_count', usage } };
    const embedded = record({ response: 'r', usage, total: usage, owner: thread })['payload'];
    const compacted = line('compacted', { message: '"token_count"', latest_token_usage_record: embedded });
    const tool = line('response_item', { type: 'function_call_output', output: '"user" "token_count"', usage });
    expect((await read([header(), exec, compacted, tool])).records).toEqual([]);
  });
});

describe('an epoch', () => {
  it('begins where the total falls: what the last response added counts', async () => {
    const lines = [
      counter(used(1000, 0, 100)),
      counter(used(70, 20, 7), used(70, 20, 7)),
      counter(used(90, 20, 9), used(20, 0, 2)),
    ];
    expect(await responses(header(), ...lines)).toEqual([
      [1000, 0, 100, 0],
      [50, 20, 7, 0],
      [20, 0, 2, 0],
    ]);
  });

  it('begins as well where a compaction lowers the total, not to zero, and the next response hides it', async () => {
    const lines = [
      counter(used(300, 0, 30)),
      counter(used(250, 0, 31), used(10, 0, 1)),
      counter(used(252, 0, 33), used(9, 0, 2)),
    ];
    expect(await responses(header(), ...lines)).toEqual([
      [300, 0, 30, 0],
      [10, 0, 1, 0],
      [9, 0, 2, 0],
    ]);
  });

  it('takes the total itself where nothing is told of the last response', async () => {
    const bare = (total: object) => event('token_count', { info: { total_token_usage: total } });
    expect(await responses(header(), bare(used(10, 0, 1)), bare(used(30, 0, 3)), bare(used(5, 0, 1)))).toEqual([
      [10, 0, 1, 0],
      [20, 0, 2, 0],
      [5, 0, 1, 0],
    ]);
  });

  it('has keys that hold when the beginning of the file is cut off', async () => {
    const lines = [
      counter(used(50, 0, 5)),
      counter(used(90, 0, 9), used(40, 0, 4)),
      counter(used(20, 0, 2)),
      counter(used(30, 0, 3), used(10, 0, 1)),
    ];
    const whole = await read([header(), ...lines]);
    const rest = await read([header(), ...lines.slice(2)]);
    expect(rest.records.map(({ key }) => key)).toEqual(whole.records.slice(2).map(({ key }) => key));
  });
});

describe('a record of a response', () => {
  const one = record({ response: 'r-1', usage: used(100, 60, 9, 4), total: used(100, 60, 9, 4), owner: thread });
  const two = record({ response: 'r-2', usage: used(50, 0, 1), total: used(150, 60, 10, 4), owner: thread });

  it('counts once with the counter that reports it, in whatever order', async () => {
    const first = counter(used(100, 60, 9, 4));
    const second = counter(used(150, 60, 10, 4), used(50, 0, 1));
    const expected = [
      [40, 60, 9, 4],
      [50, 0, 1, 0],
    ];
    expect(await responses(header(), one, first, two, second)).toEqual(expected);
    expect(await responses(header(), one, first, first, two, first, second, second)).toEqual(expected);
    expect(await responses(header(), one, two, second)).toEqual(expected);
    expect(await responses(header(), first, one, second, two)).toEqual(expected);
  });

  it('counts once when a compaction has set the totals apart', async () => {
    const lowered = counter(used(80, 0, 3), used(50, 0, 1));
    const third = record({ response: 'r-3', usage: used(7, 0, 2), total: used(157, 60, 12, 4), owner: thread });
    const lines = [
      one,
      counter(used(100, 60, 9, 4)),
      two,
      lowered,
      lowered,
      third,
      lowered,
      counter(used(87, 0, 5), used(7, 0, 2)),
    ];
    expect(await responses(header(), ...lines)).toEqual([
      [40, 60, 9, 4],
      [50, 0, 1, 0],
      [7, 0, 2, 0],
    ]);
  });

  it('counts beside counters of responses that have none', async () => {
    const later = counter(used(170, 60, 12, 4), used(20, 0, 2));
    expect(await responses(header(), counter(used(100, 60, 9, 4)), two, later)).toEqual([
      [40, 60, 9, 4],
      [50, 0, 1, 0],
      [20, 0, 2, 0],
    ]);
  });

  it('of another thread is a copy', async () => {
    const copy = record({ response: 'r', usage: used(900), total: used(900), owner: parent });
    expect(await responses(header({ forked_from_id: parent }), copy)).toEqual([]);
    expect(await responses(header(), copy)).toEqual([]);
  });

  it.each([
    ['no usage', record({ response: 'r', usage: null, owner: thread }), 'no_usage'],
    ['nothing to tell it by', record({ usage: used(1), owner: thread }), 'no_key'],
    ['a count that is none', record({ response: 'r', usage: used(-1), owner: thread }), 'bad_count'],
    ['a counter without a total', counter(undefined, used(1)), 'no_key'],
    ['a counter of nothing', event('token_count', { info: {} }), 'no_usage'],
    ['a total that is none', counter({ ...used(1), output_tokens: 'many' }), 'bad_count'],
    ['a fraction', counter({ ...used(1), output_tokens: 0.5 }), 'bad_count'],
    ['more than any response uses', counter(used(100_000_001)), 'bad_count'],
    ['no time', { ...counter(used(1)), timestamp: 'yesterday' }, 'bad_time'],
  ])('with %s is reported', async (_, bad, reason) => {
    const { records, skipped } = await read([header(), bad]);
    expect([records, skipped.map((skip) => skip.reason)]).toEqual([[], [reason]]);
  });
});

describe('limits', () => {
  const withLimits = (rate_limits: unknown, ms = 0) => event('token_count', { info: null, rate_limits }, ms);
  const window = (used_percent: unknown, window_minutes: unknown, more: object = {}) => ({
    used_percent,
    window_minutes,
    ...more,
  });

  it('are the windows of both kinds, by their length', async () => {
    const both = { primary: window(7.5, 300, { resets_at: noon / 1000 + 60 }), secondary: window(77, 10_080) };
    const week = { limit_id: 'codex', primary: window(12, 10_080, { resets_in_seconds: 90 }), secondary: null };
    expect((await reading(header(), withLimits(both), withLimits(week, 5))).limits).toEqual([
      { source: 'codex', windowMinutes: 300, usedPercent: 7.5, resetsAt: noon + 60_000, at: noon },
      { source: 'codex', windowMinutes: 10_080, usedPercent: 77, at: noon },
      { source: 'codex', windowMinutes: 10_080, usedPercent: 12, resetsAt: noon + 90_005, at: noon + 5 },
    ]);
  });

  it('are not those of single models, nor what is none', async () => {
    const others = [
      { limit_id: 'codex_other', primary: window(90, 300) },
      { primary: window(null, 300) },
      { primary: window(9, null) },
    ];
    const { limits, skipped } = await reading(
      header(),
      ...[...others, [], 'x', { primary: 7 }].map((one) => withLimits(one)),
    );
    expect([limits, skipped]).toEqual([undefined, []]);
  });
});

describe('texts', () => {
  it('are prompts and answers, each with a key that holds', async () => {
    const lines = [
      header(),
      said('user', '<turn_aborted>\nx\n</turn_aborted>'),
      said('user', 'Why?', 1),
      said('assistant', 'Because.', 2),
    ];
    const tools = line('response_item', { type: 'function_call_output', output: 'role "user" "assistant"' });
    const file = writeRollout([...lines, tools, counter(used(5))]);
    const { utterances, status, cursor } = await codexReader().textsFrom!(file);
    expect(utterances).toMatchObject([
      { source: 'codex', sessionId: thread, by: 'user', at: noon + 1, text: 'Why?' },
      { source: 'codex', sessionId: thread, by: 'agent', at: noon + 2, text: 'Because.' },
    ]);
    expect(status).toBe('end');
    expect((await codexReader().textsFrom!(file, cursor)).utterances).toEqual([]);
    const moved = await codexReader().textsFrom!(writeRollout(lines, 'elsewhere.jsonl'));
    expect(moved.utterances).toEqual(utterances);
  });

  it('are not those that a fork replays', async () => {
    const replay = [
      header({ id: parent }),
      turn({ turn_id: idAt(-9) }),
      said('user', 'Old'),
      said('assistant', 'Old too'),
    ];
    const own = [turn({ turn_id: idAt(9) }, 9), said('user', 'New', 10)];
    const { utterances } = await codexReader().textsFrom!(
      writeRollout([header({ forked_from_id: parent }), ...replay, ...own]),
    );
    expect(utterances.map(({ text }) => text)).toEqual(['New']);
  });
});

describe('odd lines', () => {
  it('are passed over', async () => {
    const odd = [
      '{"token_count":1}',
      line('token_count', []),
      line('event_msg', { type: 'token_count', info: 7 }),
      '{"type":"session_meta","payload":null}',
    ];
    const follow = await read([
      header(),
      ...odd,
      line('session_meta', { id: 7 }),
      line('turn_context', { model: 3 }),
      counter(used(4)),
    ]);
    expect([spent(follow), follow.skipped]).toEqual([[[4, 0, 0, 0]], []]);
  });
});
