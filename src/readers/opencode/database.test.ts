/** What counts in opencode's database, as what, and whose it is: the traps of both schemas, each through the port. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Following, tempFolder } from '../following.suite.ts';
import { Responses } from '../responses.ts';
import { opencodeReader } from './reader.ts';
import {
  answer,
  directory,
  idAt,
  laterAnswer,
  noon,
  running,
  spent,
  Store,
  tokens,
  writeJson,
} from './stored.suite.ts';

const cached = tokens(100, 20, { reasoning: 7, total: 1127, cache: { read: 900, write: 100 } });

describe('a response', () => {
  it('is read with all that the database says of it', async () => {
    const store = new Store().session('ses_a', { bornMs: -5 });
    store.message('ses_a', idAt(0), answer(0, cached, { cost: 0.25 }));
    const { records, skipped, status, restarted } = await store.follow().read();
    expect([skipped, status, restarted]).toEqual([[], 'end', false]);
    expect(records).toEqual([
      {
        source: 'opencode',
        key: `${noon}/anthropic/claude-sonnet-4-5`,
        request: idAt(0),
        sessionId: 'ses_a',
        sidechain: false,
        model: 'claude-sonnet-4-5',
        beganAt: noon,
        at: noon + 500,
        cwd: directory,
        // Reasoning is kept beside the output, and billed as output.
        parts: { input: 100, output: 27, reasoning: 7, cacheRead: 900, cacheWrite5m: 100, cacheWrite1h: 0 },
        billing: { provider: 'anthropic', costUsd: 0.25 },
        confidence: 'exact',
        file: store.file,
        offset: 1,
        fileBornAt: noon - 5,
      },
    ]);
  });

  it('is read from the later schema', async () => {
    const store = new Store('later').laterSession('ses_a');
    store.later('ses_a', idAt(-3), 'user', { text: 'Hello', time: { created: noon - 3 } });
    store.later('ses_a', idAt(0), 'assistant', laterAnswer(0, tokens(100, 20, { reasoning: 7 }), { cost: 0.5 }));
    expect((await store.follow().read()).records).toMatchObject([
      {
        key: `${noon}/anthropic/claude-sonnet-4-5`,
        request: idAt(0),
        cwd: directory,
        parts: { input: 100, output: 27, reasoning: 7 },
        billing: { provider: 'anthropic', costUsd: 0.5 },
        confidence: 'exact',
      },
    ]);
  });

  it('on a subscription, with a cost of 0, has no cost', async () => {
    const store = new Store().session('ses_a').message('ses_a', idAt(0), answer(0, tokens(1, 2)));
    expect((await store.follow().read()).records[0]?.billing).toEqual({ provider: 'anthropic' });
  });

  const openai = { providerID: 'openai', modelID: 'gpt-5' };
  const cases: [string, object, object, number, string][] = [
    ['apart, by the total', { total: 137, reasoning: 7 }, openai, 27, 'exact'],
    ['in the output, by the total', { total: 130, reasoning: 7 }, openai, 20, 'exact'],
    ['in the output of early versions', { reasoning: 7 }, openai, 20, 'estimated'],
    ['apart in early versions with Google', { reasoning: 7 }, { providerID: 'google', modelID: 'g' }, 27, 'estimated'],
    ['apart where it is more than the output', { reasoning: 70 }, openai, 90, 'exact'],
    ['none', {}, openai, 20, 'exact'],
  ];
  it.each(cases)('has its reasoning %s', async (_, more, made, output, confidence) => {
    const used = tokens(10, 20, { cache: { read: 100, write: 0 }, ...more });
    const store = new Store().session('ses_a').message('ses_a', idAt(0), answer(0, used, made));
    expect((await store.follow().read()).records).toMatchObject([{ parts: { output }, confidence }]);
  });

  it.each([
    ['negative', tokens(-1, 2), 'bad_count'],
    ['a fraction', tokens(1.5, 2), 'bad_count'],
    ['absurd', tokens(1e12, 2), 'bad_count'],
    ['text', tokens(1, 2, { cache: { read: 'many' } }), 'bad_count'],
    ['not there', null, 'no_usage'],
    ['nothing at all', tokens(0, 0), 'no_usage'],
  ])('whose counts are %s is reported', async (_, used, reason) => {
    const store = new Store().session('ses_a');
    store.message('ses_a', idAt(0), answer(0, used)).message('ses_a', idAt(1), answer(1, tokens(1, 3)));
    const follow = store.follow();
    await follow.readAll();
    expect([follow.outputs, follow.reasons]).toEqual([[3], [`1 ${reason}`]]);
  });

  it.each([
    ['failed', { name: 'APIError', data: {} }, []],
    ['was broken off', { name: 'MessageAbortedError', data: {} }, ['1 no_usage']],
  ])('that %s without counts is %j', async (_, error, reasons) => {
    const store = new Store().session('ses_a').message('ses_a', idAt(0), answer(0, tokens(0, 0), { error }));
    const follow = await store.follow().readAll();
    expect([follow.records, follow.reasons]).toEqual([[], reasons]);
  });

  it.each([
    ['is not JSON', '{"role":"assistant", torn', 'malformed'],
    ['has no time', JSON.stringify(answer(0, tokens(1, 2), { time: {} })), 'bad_time'],
    ['is too long', JSON.stringify(answer(0, tokens(1, 2), { summary: 'x'.repeat(9000) })), 'line_too_long'],
  ])('that %s is reported', async (_, data, reason) => {
    const store = new Store().session('ses_a').message('ses_a', idAt(0), data);
    const follow = await store.follow({ maxLineBytes: 5000 }).readAll();
    expect([follow.records, follow.reasons]).toEqual([[], [`1 ${reason}`]]);
  });
});

describe('a response that grows', () => {
  it('is a copy under the same key once it counts, and none before', async () => {
    const store = new Store().session('ses_a').message('ses_a', idAt(0), running(0));
    const follow = store.follow();
    await follow.readAll();
    expect([follow.records, follow.skipped]).toEqual([[], []]);
    store.message('ses_a', idAt(0), running(0, tokens(10, 5)));
    await follow.readAll();
    expect(follow.merged).toMatchObject([{ parts: { output: 5 }, confidence: 'incomplete' }]);
    store.message('ses_a', idAt(0), answer(0, tokens(10, 9)));
    await follow.readAll();
    expect(follow.merged).toMatchObject([{ parts: { output: 9 }, confidence: 'exact' }]);
  });

  it.each(['message', 'session_message'])('in %s is met however many come after it', async (table) => {
    const store = new Store('both').session('ses_a').laterSession('ses_b');
    const put = (ms: number, data: object) =>
      table === 'message'
        ? store.message('ses_a', idAt(ms), data)
        : store.later('ses_b', idAt(ms), 'assistant', laterAnswer(ms, null, data));
    put(0, table === 'message' ? running(0) : { time: { created: noon } });
    for (let i = 1; i <= 300; i++) put(i, table === 'message' ? answer(i, tokens(1, 1)) : { tokens: tokens(1, 1) });
    const follow = await store.follow().readAll();
    put(0, table === 'message' ? answer(0, tokens(1, 77)) : { tokens: tokens(1, 77) });
    expect((await follow.read()).records.map(({ parts }) => parts.output)).toContain(77);
  });

  it('is met when it had been complete', async () => {
    const store = new Store('later').laterSession('ses_a');
    store.later('ses_a', idAt(0), 'assistant', laterAnswer(0, tokens(1, 2)));
    const follow = await store.follow().readAll();
    store.later('ses_a', idAt(0), 'assistant', laterAnswer(0, tokens(1, 8)));
    await follow.readAll();
    expect(follow.outputs).toEqual([8]);
  });
});

describe('sessions', () => {
  it('of subagents belong to the first of their parents', async () => {
    const store = new Store().session('ses_a').session('ses_b', { parent: 'ses_a', title: 'Look around' });
    store.session('ses_c', { parent: 'ses_b' }).session('ses_gone', { parent: 'ses_deleted' });
    for (const [i, id] of ['ses_a', 'ses_b', 'ses_c', 'ses_gone'].entries())
      store.message(id, idAt(i), answer(i, tokens(1, i + 1)));
    const follow = await store.follow().readAll();
    expect(follow.records.map(({ sessionId, agentId, sidechain }) => [sessionId, agentId, sidechain])).toEqual([
      ['ses_a', undefined, false],
      ['ses_a', 'ses_b', true],
      ['ses_a', 'ses_c', true],
      ['ses_deleted', 'ses_gone', true],
    ]);
    expect(follow.sightings.map(({ agentId, title }) => [agentId, title])).toEqual([
      [undefined, 'Fix the build'],
      ['ses_b', undefined],
      ['ses_c', undefined],
      ['ses_gone', undefined],
    ]);
  });

  it("that are each other's parents are read all the same", async () => {
    const store = new Store().session('ses_a', { parent: 'ses_b' }).session('ses_b', { parent: 'ses_a' });
    store.message('ses_a', idAt(0), answer(0, tokens(1, 2)));
    expect(spent((await store.follow().readAll()).records)).toEqual([[1, 2, 0, 0, 0]]);
  });

  it('are seen with their times, directory and title', async () => {
    const store = new Store()
      .session('ses_a', { bornMs: -20 })
      .message('ses_a', idAt(-9), { role: 'user', time: { created: noon - 9 } });
    store.message('ses_a', idAt(0), answer(0, tokens(1, 2)));
    expect((await store.follow().readAll()).sightings).toEqual([
      {
        source: 'opencode',
        sessionId: 'ses_a',
        from: noon - 9,
        until: noon + 500,
        cwd: directory,
        title: 'Fix the build',
      },
    ]);
  });

  it.each(['first', 'later'] as const)('without a title of their own have their first prompt (%s)', async (schema) => {
    const store = new Store(schema);
    const title = 'New session - 2026-10-01T12:00:00.000Z';
    const user = { role: 'user', time: { created: noon } };
    if (schema === 'first') {
      store.session('ses_a', { title }).message('ses_a', idAt(0), user);
      store.part('ses_a', idAt(0), 'prt_0', { type: 'text', text: 'A rule.', synthetic: true });
      store.part('ses_a', idAt(0), 'prt_1', { type: 'text', text: 'Why is it slow?' });
    } else {
      store
        .laterSession('ses_a', { title: null })
        .later('ses_a', idAt(0), 'user', { ...user, text: 'Why is it slow?' });
    }
    expect((await store.follow().readAll()).sightings).toMatchObject([{ title: 'Why is it slow?' }]);
  });
});

describe('a response that is kept twice', () => {
  const used = tokens(10, 5);

  it('in a fork, whose messages have new ids, counts once and for the origin', async () => {
    const store = new Store().session('ses_z', { bornMs: 9000 }).session('ses_a');
    // The copy is met first.
    store.message('ses_z', idAt(9000, 1), answer(0, used)).message('ses_z', idAt(9000, 2), answer(700, used));
    store.message('ses_a', idAt(0), answer(0, used)).message('ses_a', idAt(700), answer(700, used));
    const follow = await store.follow().readAll();
    expect(follow.merged.map(({ sessionId }) => sessionId)).toEqual(['ses_a', 'ses_a']);
  });

  it('in a fork of the later schema counts once, and the origin is told', async () => {
    const store = new Store('later').laterSession('ses_a').laterSession('ses_f', { fork: 'ses_a', bornMs: 9000 });
    store.later('ses_a', idAt(0), 'assistant', laterAnswer(0, used));
    store.later('ses_f', `${idAt(9000)}_1`, 'assistant', laterAnswer(0, used));
    store.later('ses_f', idAt(9100), 'assistant', laterAnswer(9100, used));
    const follow = await store.follow().readAll();
    expect(follow.merged.map(({ sessionId }) => sessionId)).toEqual(['ses_a', 'ses_f']);
    expect(follow.sightings.map(({ forkedFrom, from }) => [forkedFrom, from])).toEqual([
      [undefined, noon],
      // What it brought along is older than itself.
      ['ses_a', noon + 9000],
    ]);
  });

  it('is two where two subagents asked in the same millisecond', async () => {
    const store = new Store()
      .session('ses_a')
      .session('ses_b', { parent: 'ses_a' })
      .session('ses_c', { parent: 'ses_a' });
    store.message('ses_b', idAt(0, 1), answer(0, used)).message('ses_c', idAt(0, 2), answer(0, used));
    expect((await store.follow().readAll()).merged.length).toBe(2);
  });

  it('in both schemas, after a change of version, counts once', async () => {
    const store = new Store('both').session('ses_a').laterSession('ses_a');
    store.message('ses_a', idAt(0), answer(0, used));
    store.later('ses_a', idAt(0), 'assistant', laterAnswer(0, used));
    store.later('ses_a', 'evt_legacy_backfill_m_1', 'assistant', laterAnswer(0, used));
    store.later('ses_a', idAt(60_000), 'assistant', laterAnswer(60_000, used));
    expect((await store.follow().readAll()).merged.length).toBe(2);
  });

  it('in both schemas, under times of their own, counts once', async () => {
    const store = new Store('both').session('ses_a');
    store.message('ses_a', idAt(0), running(0, used));
    store.later('ses_a', idAt(180), 'assistant', laterAnswer(180, used, { time: { created: noon + 180 } }));
    const follow = await store.follow().readAll();
    store.message('ses_a', idAt(0), answer(0, used));
    store.later('ses_a', idAt(180), 'assistant', laterAnswer(180, used));
    await follow.readAll();
    expect(follow.merged).toMatchObject([{ beganAt: noon, confidence: 'exact' }]);
  });

  it('in the tree of files from before the database counts once, whichever is read first', async () => {
    const folder = tempFolder();
    const store = new Store('first', join(folder, 'opencode.db'))
      .session('ses_a')
      .session('ses_b', { parent: 'ses_a' });
    store.message('ses_b', idAt(0), answer(0, used));
    const path = join(folder, 'storage/message/ses_b', `${idAt(0)}.json`);
    writeJson(path, { id: idAt(0), sessionID: 'ses_b', ...answer(0, used) });
    writeJson(join(folder, 'storage/session/p/ses_b.json'), { id: 'ses_b', parentID: 'ses_a', directory });
    const both = [
      (await store.follow().readAll()).records,
      (await new Following(opencodeReader(), path).readAll()).records,
    ];
    for (const order of [both, both.toReversed()]) {
      expect([...new Responses().addAll(order.flat())]).toMatchObject([{ sessionId: 'ses_a', agentId: 'ses_b' }]);
    }
  });
});
