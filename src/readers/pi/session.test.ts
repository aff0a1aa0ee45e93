/** What counts in a session, as what, whose it is: the traps of pi's format, each as a file read through the port. */
import { describe, expect, it } from 'vitest';
import type { Reading } from '../reader.ts';
import { Responses } from '../responses.ts';
import { piReader } from './reader.ts';
import { answer, at, bytesOf, entry, header, noon, prompt, read, session, writeSession } from './session.suite.ts';

const used = { input: 10, output: 5, cacheRead: 100, cacheWrite: 20 };

function reading(lines: readonly unknown[], name?: string): Promise<Reading> {
  return piReader().readFrom(writeSession(lines, name));
}

function merged(...readings: Reading[]) {
  return [...new Responses().addAll(readings.flatMap(({ records }) => records))];
}

describe('a response', () => {
  it('is read with all that the session says of it', async () => {
    const usage = { ...used, cacheWrite1h: 8, reasoning: 2, totalTokens: 135, cost: { input: 0.1, total: 0.25 } };
    const { records } = await reading([header(), answer('a1b2c3d4', usage, 4000)]);
    expect(records).toEqual([
      {
        source: 'pi',
        key: expect.stringMatching(new RegExp(`^${noon + 4000}:[0-9a-f]{24}$`)),
        request: 'a1b2c3d4',
        sessionId: session,
        sidechain: false,
        model: 'claude-opus-5',
        beganAt: noon + 4000,
        at: noon + 4000,
        cwd: '/home/dev/work',
        parts: { input: 10, output: 5, reasoning: 2, cacheRead: 100, cacheWrite5m: 12, cacheWrite1h: 8 },
        billing: { provider: 'anthropic', costUsd: 0.25 },
        confidence: 'exact',
        file: expect.stringContaining(session),
        offset: Buffer.byteLength(bytesOf([header()])),
        fileBornAt: expect.any(Number),
      },
    ]);
  });

  it.each([0, -1, '1', null, undefined])('has no cost where %s is told', async (total) => {
    const { records } = await reading([header(), answer('a', { ...used, cost: { total } })]);
    expect(records.map(({ billing }) => billing)).toEqual([{ provider: 'anthropic' }]);
  });

  it('counts in every branch of the tree', async () => {
    const branches = [answer('a', used, 1), { ...answer('b', used, 2), parentId: 'x' }, answer('c', used, 3)];
    expect((await read(header(), ...branches)).records).toHaveLength(3);
  });

  it('was paid for when it was broken off', async () => {
    const follow = await read(header(), answer('a', { input: 9, output: 1 }, 0, { stopReason: 'aborted' }));
    expect(follow.outputs).toEqual([1]);
  });

  it.each([
    ['usage that is none', answer('a', 7), 'no_usage'],
    ['no usage', answer('a', undefined), 'no_usage'],
    ['a negative count', answer('a', { ...used, input: -1 }), 'bad_count'],
    ['a count that is a text', answer('a', { ...used, cacheWrite1h: '3' }), 'bad_count'],
    ['more than any response uses', answer('a', { ...used, output: 100_000_001 }), 'bad_count'],
    ['no time', { ...answer('a', used, 0, { timestamp: 'noon' }), timestamp: 'noon' }, 'bad_time'],
  ])('with %s is reported', async (_, bad, reason) => {
    const { records, skipped } = await read(header(), bad);
    expect([records, skipped.map((skip) => skip.reason)]).toEqual([[], [reason]]);
  });

  it('is not what failed, nor what is kept inside other entries', async () => {
    const inside = { role: 'assistant', model: 'm', usage: used, timestamp: noon };
    const others = [
      answer('a', { input: 0, output: 0 }, 0, { stopReason: 'error' }),
      { type: 'compaction', id: 'b', timestamp: at(1), summary: 's', retainedTail: [inside] },
      entry('c', { role: 'toolResult', toolName: 'task', content: [], details: { results: [{ usage: used }] } }),
      { type: 'custom', id: 'd', timestamp: at(2), customType: 'x', data: { usage: used }, usage: used },
    ];
    const { records, skipped } = await read(header(), ...others);
    expect([records, skipped]).toEqual([[], []]);
  });

  it('may stand beside the conversation, and has the model asked last where it names none', async () => {
    const { records } = await read(
      header(),
      { type: 'model_change', id: 'a', timestamp: at(0), provider: 'openai', modelId: 'gpt-5' },
      { type: 'compaction', id: 'b', timestamp: at(1), summary: 's', usage: used },
      answer('c', used, 2),
      { type: 'usage', id: 'd', timestamp: at(3), kind: 'cache_warm', provider: 'xai', model: 'grok-4', usage: used },
      { type: 'branch_summary', id: 'e', timestamp: at(4), summary: 's', usage: used },
    );
    expect(records.map(({ model, billing }) => [model, billing?.provider])).toEqual([
      ['gpt-5', 'openai'],
      ['claude-opus-5', 'anthropic'],
      ['grok-4', 'xai'],
      ['claude-opus-5', 'anthropic'],
    ]);
  });

  it('has an unknown model when none is told', async () => {
    const { records } = await read(header(), answer('a', used, 0, { model: undefined, provider: undefined }));
    expect(records).toMatchObject([{ model: 'unknown' }]);
    expect(records[0]).not.toHaveProperty('billing');
  });
});

describe('copies', () => {
  const fork = header({ id: 'fork-1', timestamp: at(9000), parentSession: `/s/--x--/2026-10-01T12_${session}.jsonl` });
  const shared = [prompt('p', 'Hello', 1), answer('a', used, 2)];

  it('in a fork are one response with their originals, of the older session', async () => {
    const origin = await reading([header(), ...shared]);
    const forked = await reading([fork, ...shared, answer('b', used, 9500)], 't_fork-1.jsonl');
    const later = { ...forked, records: forked.records.map((one) => ({ ...one, fileBornAt: one.fileBornAt + 1 })) };
    const both = merged(later, origin);
    expect(both.map(({ sessionId, request }) => [sessionId, request])).toEqual([
      [session, 'a'],
      ['fork-1', 'b'],
    ]);
  });

  it('are not those whose short ids happen to be the same', async () => {
    const other = await reading([header({ id: 'other' }), answer('a', used, 3)]);
    expect(merged(await reading([header(), ...shared]), other)).toHaveLength(2);
    const sameTime = await reading([header({ id: 'other' }), answer('a', { ...used, output: 6 }, 2)]);
    expect(merged(await reading([header(), ...shared]), sameTime)).toHaveLength(2);
  });

  it('of the first version, without ids, are the ones that get ids when the file is rewritten', async () => {
    const old = await reading([header({ version: undefined }), answer(undefined, used, 2)]);
    expect(merged(old, await reading([header(), answer('a', used, 2)]))).toHaveLength(1);
  });

  it('leave a fork seen from when it began, with its title and whose fork it is', async () => {
    const { sightings } = await reading([fork, ...shared, answer('b', used, 9500)]);
    expect(sightings).toEqual([
      {
        source: 'pi',
        sessionId: 'fork-1',
        from: noon + 9000,
        until: noon + 9500,
        cwd: '/home/dev/work',
        title: 'Hello',
        forkedFrom: session,
      },
    ]);
  });

  it('of an utterance have one key', async () => {
    const texts = (lines: readonly unknown[]) => piReader().textsFrom!(writeSession(lines));
    const [origin, forked] = [await texts([header(), ...shared]), await texts([fork, ...shared])];
    expect(origin.utterances.map(({ by, text }) => [by, text])).toEqual([
      ['user', 'Hello'],
      ['agent', 'Done.'],
    ]);
    expect(forked.utterances.map(({ key }) => key)).toEqual(origin.utterances.map(({ key }) => key));
  });
});

describe('a session', () => {
  it('has its first prompt for its title, once, wherever reading stops', async () => {
    const picture = { type: 'image', data: 'aaaa', mimeType: 'image/png' };
    const first = prompt('p', [picture, { type: 'text', text: 'Look' }, { type: 'text', text: 'here' }], 1);
    const file = writeSession([header(), first, answer('a', used, 2), prompt('q', 'More', 3), answer('b', used, 4)]);
    const reader = piReader({ chunkBytes: 64, batchBytes: 64 });
    const titles: unknown[] = [];
    let last = await reader.readFrom(file);
    for (; last.status === 'more'; last = await reader.readFrom(file, last.cursor))
      titles.push(...(last.sightings ?? []).flatMap(({ title }) => title ?? []));
    expect(titles).toEqual(['Look\nhere']);
    expect(last.sightings).toMatchObject([{ sessionId: session, cwd: '/home/dev/work', until: noon + 4 }]);
  });

  it('has the id in its file name where its header is damaged', async () => {
    const { records, skipped } = await reading(['{"type":"session", torn', answer('a', used)]);
    expect([records[0]?.sessionId, skipped.map(({ reason }) => reason)]).toEqual([session, ['malformed']]);
  });

  it('says nothing of what tools printed and agents thought', async () => {
    const thinking = { type: 'thinking', thinking: 'Hm' };
    const call = { type: 'toolCall', id: 't', name: 'bash', arguments: { text: 'secret' } };
    const { utterances } = await piReader().textsFrom!(
      writeSession([
        header(),
        answer('a', used, 0, { content: [thinking, call] }),
        entry('b', { role: 'toolResult', content: [{ type: 'text', text: '"user"' }] }),
        entry('c', { role: 'constructor', content: '"user"' }),
      ]),
    );
    expect(utterances).toEqual([]);
  });
});
