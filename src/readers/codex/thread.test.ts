/** Whose a rollout is: forks and subagents, what they replay of their parent, and the session that is seen. */
import { describe, expect, it } from 'vitest';
import { Following } from '../following.suite.ts';
import type { Reading } from '../reader.ts';
import { codexReader } from './reader.ts';
import {
  bytesOf,
  counter,
  event,
  header,
  idAt,
  noon,
  read,
  record,
  responses,
  said,
  spawned,
  thread,
  turn,
  used,
  writeRollout,
} from './rollout.suite.ts';

const parent = idAt(-60_000, 9);

async function reading(...lines: unknown[]): Promise<Reading> {
  return codexReader().readFrom(writeRollout(lines));
}

describe('a fork', () => {
  const replay = (ms: number) => [
    header({ id: parent }, ms),
    event('task_started', { turn_id: idAt(-50_000) }, ms),
    said('user', 'The first prompt of the parent', ms),
    counter(used(1000, 0, 100), undefined, ms + 300, {
      rate_limits: { primary: { used_percent: 3, window_minutes: 300 } },
    }),
    counter(used(3000, 0, 300), used(2000, 0, 200), ms + 1300),
    counter(used(3000, 0, 300), used(2000, 0, 200), ms + 1400),
  ];
  const own = [
    event('task_started', { turn_id: idAt(2000) }, 2000),
    turn({ turn_id: idAt(2000) }, 2000),
    said('user', 'Try it otherwise', 2001),
    counter(used(3100, 0, 310), used(100, 0, 10), 2500),
  ];
  const forked = header({ forked_from_id: parent });

  it('owns what came after the replay of its parent, however fast', async () => {
    const { records, sightings, limits, skipped } = await reading(forked, ...replay(0), ...own);
    expect(records).toMatchObject([
      { sessionId: thread, sidechain: false, at: noon + 2500, parts: { input: 100, output: 10 } },
    ]);
    expect(records[0]).not.toHaveProperty('agentId');
    expect(sightings).toMatchObject([
      { sessionId: thread, forkedFrom: parent, title: 'Try it otherwise', from: noon, until: noon + 2500 },
    ]);
    expect([limits, skipped]).toEqual([undefined, []]);
  });

  it('owns the same where the replay kept its times', async () => {
    expect(await responses(forked, ...replay(-50_000), ...own)).toEqual([[100, 0, 10, 0]]);
  });

  it('owns nothing when it was never used', async () => {
    expect(await responses(forked, ...replay(0))).toEqual([]);
  });

  it('owns what it used where the replay holds no counters', async () => {
    expect(await responses(forked, header({ id: parent }), ...own)).toEqual([[100, 0, 10, 0]]);
  });

  it('is told apart by time where turns have no times in their ids', async () => {
    const plain = (lines: readonly object[]) =>
      bytesOf(lines)
        .replaceAll(/"turn_id":"[^"]*"/g, '"turn_id":"7"')
        .split('\n')
        .filter((text) => text !== '');
    const later = counter(used(3100, 0, 310), used(100, 0, 10), 5000);
    expect(await responses(forked, ...plain([...replay(0), ...own.slice(0, 3), later]))).toEqual([[100, 0, 10, 0]]);
  });

  it('is known by the header of its parent where its own does not say so', async () => {
    const found = await reading(header(), ...replay(0), ...own);
    expect(found.records).toMatchObject([{ parts: { output: 10 } }]);
    expect(found.sightings).toMatchObject([{ forkedFrom: parent }]);
  });

  it('of a fork replays both', async () => {
    const grandparent = idAt(-90_000, 8);
    const both = [
      header({ id: parent, forked_from_id: grandparent }),
      header({ id: grandparent }),
      ...replay(0).slice(1),
    ];
    expect(await responses(forked, ...both, ...own)).toEqual([[100, 0, 10, 0]]);
  });

  it('shares no key with its parent, nor with another fork of it', async () => {
    const other = idAt(500, 3);
    const last = [event('task_started', { turn_id: idAt(2000) }, 2000), own[3]!];
    const keys = [
      ...(await read([forked, ...replay(0), ...last])).records,
      ...(await read([header({ id: other, forked_from_id: parent }), ...replay(0), ...last])).records,
      ...(await read([header({ id: parent }), ...replay(0).slice(1), own[3]!])).records,
    ].map(({ key }) => key);
    expect(new Set(keys).size).toBe(5);
  });
});

describe('a subagent', () => {
  const task = [event('task_started', { turn_id: idAt(50) }, 50), turn({}, 60), said('user', 'Look for the bug', 70)];
  const answer = counter(used(500, 0, 40), undefined, 900);

  it('belongs to the session of its parent', async () => {
    const { records, sightings } = await reading(spawned(parent), ...task, answer);
    expect(records).toMatchObject([{ sessionId: parent, agentId: thread, sidechain: true, parts: { output: 40 } }]);
    expect(sightings).toEqual([
      {
        source: 'codex',
        sessionId: parent,
        agentId: thread,
        from: noon,
        until: noon + 900,
        cwd: '/home/dev/work',
        gitBranch: 'main',
      },
    ]);
  });

  it('does not own what it replays of its parent', async () => {
    const replay = [
      header({ id: parent }),
      turn({ turn_id: idAt(-9000) }, 3),
      counter(used(9000, 0, 900), undefined, 5),
    ];
    const late = counter(used(9000, 0, 900), undefined, 1600);
    const next = counter(used(9500, 0, 940), used(500, 0, 40), 1900);
    const lines = [spawned(parent, { forked_from_id: parent }), ...replay, late, ...task, next];
    const { records, sightings } = await reading(...lines);
    expect(records).toMatchObject([{ sessionId: parent, agentId: thread, parts: { input: 500, output: 40 } }]);
    expect(sightings?.[0]).not.toHaveProperty('forkedFrom');
  });

  it("counts when it works under the id of its parent's turn, once it has answered", async () => {
    const old = turn({ turn_id: idAt(-9000) }, 3);
    const answers = [counter(used(500, 0, 40), undefined, 900), counter(used(600, 0, 50), used(100, 0, 10), 20_000)];
    expect(await responses(spawned(parent), old, ...answers)).toEqual([[100, 0, 10, 0]]);
  });

  it('of a subagent belongs to the session of the whole tree, where that is named', async () => {
    const { records } = await reading(spawned(idAt(-10, 5), { session_id: parent }), ...task, answer);
    expect(records).toMatchObject([{ sessionId: parent, agentId: thread }]);
    const own = await reading(spawned(parent, { session_id: thread }), ...task, answer);
    expect(own.records).toMatchObject([{ sessionId: parent, agentId: thread }]);
  });

  it.each([
    ['a review', { source: { subagent: 'review' }, parent_thread_id: parent }],
    ['an approval', { thread_source: 'guardian_review', parent_thread_id: parent }],
    ['a fork for a subagent', { thread_source: 'subagent', forked_from_id: parent }],
  ])('is %s too', async (_, payload) => {
    expect((await reading(header(payload), ...task, answer)).records).toMatchObject([
      { sessionId: parent, agentId: thread, sidechain: true },
    ]);
  });

  it('without a parent to be found is a session of its own, beside the main one', async () => {
    const { records } = await reading(header({ source: { subagent: 'review' } }), ...task, answer);
    expect(records).toMatchObject([{ sessionId: thread, sidechain: true }]);
  });

  it('whose history was rewritten owns its lines before the boundary that a migration set past them', async () => {
    const numbered = [spawned(parent, { subagent_history_start_ordinal: 99 }), ...task, answer].map((one, ordinal) => ({
      ...one,
      ordinal,
    }));
    expect(await responses(...numbered)).toEqual([[500, 0, 40, 0]]);
    const recorded = record({ response: 'r', usage: used(5, 0, 1), total: used(5, 0, 1), owner: thread });
    expect(await responses(spawned(parent, { subagent_history_start_ordinal: 99 }), recorded)).toEqual([[5, 0, 1, 0]]);
  });
});

describe('a session', () => {
  it('is seen with its times, directory, branch and first prompt', async () => {
    const instructions = said(
      'user',
      '# AGENTS.md instructions for /home/dev/work\n\n<INSTRUCTIONS>\nBe brief.\n</INSTRUCTIONS>',
      1,
    );
    const environment = said('user', '<environment_context>\n  <cwd>/home/dev/work</cwd>\n</environment_context>', 2);
    const prompts = [
      said('developer', 'Obey.', 0),
      instructions,
      environment,
      said('user', ' Fix the tests ', 3),
      said('user', 'And go on', 4),
    ];
    const { sightings } = await reading(
      header({ timestamp: new Date(noon - 5).toISOString() }),
      ...prompts,
      counter(used(1), undefined, 80),
    );
    expect(sightings).toEqual([
      {
        source: 'codex',
        sessionId: thread,
        from: noon - 5,
        until: noon + 80,
        cwd: '/home/dev/work',
        gitBranch: 'main',
        title: 'Fix the tests',
      },
    ]);
  });

  it('has the prompt for its title that an editor put its context before', async () => {
    const text = '# Context from my IDE setup:\n\n## Open tabs:\n- a.ts\n\n## My request for Codex:\nRename it\n';
    expect((await reading(header(), said('user', text))).sightings).toMatchObject([{ title: 'Rename it' }]);
  });

  it.each(['<command> is not found', '<div>broken</div>', 'environment_context?'])(
    'may begin with %j',
    async (text) => {
      expect((await reading(header(), said('user', text))).sightings).toMatchObject([{ title: text }]);
    },
  );

  it('goes on under a second header of its own, with what that says', async () => {
    const again = header({ git: { branch: 'fix' } }, 50);
    const { records } = await read([header(), counter(used(10)), again, counter(used(30), used(20))]);
    expect(records.map(({ gitBranch, parts }) => [gitBranch, parts.input])).toEqual([
      ['main', 10],
      ['fix', 20],
    ]);
  });

  it('has the id in the name of its file where its header is damaged', async () => {
    const { records } = await read(['{"type":"session_meta", torn', counter(used(10))]);
    expect(records).toMatchObject([{ sessionId: thread, key: `${thread}:10.0.0.0+10.0.0.0` }]);
  });

  it('has its title once, wherever reading stopped', async () => {
    const lines = [header(), said('user', 'One', 1), said('user', 'Two', 2), said('user', 'Three', 3)];
    const reader = codexReader({ chunkBytes: 64, batchBytes: 64 });
    const follow = new Following(reader, writeRollout(lines));
    const titles: unknown[] = [];
    do titles.push((await follow.read()).sightings?.[0]?.title);
    while (follow.statuses.at(-1) === 'more');
    expect(titles.filter((title) => title !== undefined)).toEqual(['One']);
  });
});
