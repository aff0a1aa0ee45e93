import { ofDecision } from '../check.ts';
import { expectSame, expectStatus, expectThat, isObject, numberAt, shown } from '../judge.ts';
import type { Body } from '../judge.ts';
import type { ReplCheck, ReplContext, ReplGroup } from './context.ts';
import { linesOf } from './journal.ts';
import { scripts } from './living.ts';
import type { ReplSession } from './session.ts';
import { expectError, expectHeaderOf, expectMetadata } from './shapes.ts';

const appended = 'goto appends {type: checkpoint, seq, reason: goto, stateId} with the stateId of the state gone to';
const cutOff = 'nothing is cut off';
const exact = 'goto any seq is exact: every later output is that of a session that stopped there';
const lineage = 'a fork’s journal is its own header and the events that lead to seq';

/** The last checkpoint at or before it. */
const checkpointAt = (events: readonly Body[], seq: number): Body =>
  events.findLast((event) => event['type'] === 'checkpoint' && numberAt(event, 'seq') <= seq) ?? {};

/** Goes back to every state of a script, and on from there as one that had stopped there would. */
const exactCheck = ([what, , lines]: (typeof scripts)[number]): ReplCheck =>
  ofDecision(`goto.exact-${what}`, exact, async (context) => {
    const session = await context.created();
    const marks: number[] = [];
    for (const [command] of lines) {
      await session.run(command);
      marks.push(await session.last());
    }
    for (const [done, mark] of [...marks.entries()].toReversed()) {
      await session.goto(mark);
      for (const [command, expected] of lines.slice(done + 1)) {
        const output = await session.run(command);
        if (expected !== undefined) expectSame(`output of ${command} after going back to ${mark}`, output, expected);
      }
    }
  });

const fork = async (context: ReplContext, session: ReplSession, json: Body = {}): Promise<ReplSession> => {
  const made = context.unborn();
  expectStatus(await session.post('/fork', { name: made.name, ...json }), 201);
  return made;
};

/** Its own ends of events are of no fork’s: what was typed, and what came of it. */
const told = (events: readonly Body[]): unknown[] =>
  events
    .filter(({ type }) => type !== 'checkpoint')
    .map(({ seq, type, code, value, message }) => ({ seq, type, code, value, message }));

/** Going back. */
export const going: ReplGroup = {
  name: 'goto',
  title: 'Going back',
  checks: [
    ofDecision('goto.answer', 'goto answers {seq, stateId}; the state at that event, live', async (context) => {
      const session = await context.ran('let n = 1', 'n = 2');
      const { stateId } = checkpointAt(await session.events(), 2);
      const answer = await session.post('/goto', { seq: 2 });
      expectStatus(answer, 200);
      const { seq, stateId: gone } = isObject(answer.body) ? answer.body : {};
      expectSame('the answer', { seq, stateId: gone }, { seq: 2, stateId });
      await session.says('n', '1');
    }),
    ofDecision('goto.event', appended, async (context) => {
      const session = await context.ran('let n = 1', 'n = 2');
      const before = await session.events();
      await session.goto(2);
      const { type, seq, reason, stateId } = (await session.events()).at(-1) ?? {};
      const expected = { type: 'checkpoint', seq: 6, reason: 'goto', stateId: checkpointAt(before, 2)['stateId'] };
      expectSame('the last event', { type, seq, reason, stateId }, expected);
    }),
    ofDecision('goto.nothing-cut', cutOff, async (context) => {
      const session = await context.ran('let n = 1', 'n = 2', 'n = 3');
      const before = await session.events();
      await session.goto(2);
      await session.run('n = 10');
      const after = await session.events();
      expectSame('the events of before', after.slice(0, before.length), before);
      expectSame('events', after.length, before.length + 4);
    }),
    ofDecision('goto.forward', `${cutOff}: what came after can be gone to again`, async (context) => {
      const session = await context.ran('let n = 1', 'n = 2', 'n = 3');
      for (const [seq, expected] of [
        [2, '1'],
        [8, '3'],
        [5, '2'],
        [8, '3'],
      ] as const) {
        await session.goto(seq);
        await session.says('n', expected);
      }
    }),
    ofDecision(
      'goto.branch',
      'whoever replays takes the last checkpoint at or before the seq and goes on from there',
      async (context) => {
        const session = await context.ran('let n = 1', 'n = 2');
        await session.goto(2);
        await session.run('n += 10');
        const branch = await session.last();
        await session.goto(5);
        await session.says('n', '2');
        await session.goto(branch);
        await session.says('n', '11');
      },
    ),
    ofDecision('goto.its-own', 'goto a goto: the state that it went to', async (context) => {
      const session = await context.ran('let n = 1', 'n = 2');
      await session.goto(2);
      const own = await session.last();
      await session.run('n = 5');
      await session.goto(own);
      await session.says('n', '1');
    }),
    ofDecision(
      'goto.between',
      'goto the event of an input or an output: the last checkpoint at or before it',
      async (context) => {
        const session = await context.ran('let n = 1', 'n = 2');
        for (const seq of [3, 4]) {
          const { stateId } = checkpointAt(await session.events(), seq);
          expectSame('stateId', (await session.goto(seq))['stateId'], stateId);
        }
      },
    ),
    ofDecision('goto.error', 'goto the state after a command that threw', async (context) => {
      const session = await context.ran('let n = 1', 'n = 2; throw new Error("half")', 'n = 3');
      await session.goto(5);
      await session.says('n', '2');
    }),
    ofDecision('goto.unknown', 'goto an event that is not there: 404, and nothing changes', async (context) => {
      const session = await context.ran('let n = 1');
      const before = await session.events();
      for (const seq of [3, 1000, Number.MAX_SAFE_INTEGER])
        expectError(await session.post('/goto', { seq }), [400, 404]);
      expectSame('events', await session.events(), before);
      await session.says('n', '1');
    }),
    ofDecision('goto.random', 'clock and seed are kept: running it again gives the same', async (context) => {
      const session = await context.ran('var seen = [Math.random(), Math.random(), Date.now()]');
      const seen = await session.run('seen');
      await session.run('seen = 0');
      await session.goto(2);
      await session.says('seen', seen);
    }),
    ofDecision('goto.counts', 'eventCount counts the checkpoint that goto appends', async (context) => {
      const session = await context.ran('1', '2');
      await session.goto(2);
      const { eventCount, checkpointCount } = await session.read();
      expectSame('counts', { eventCount, checkpointCount }, { eventCount: 7, checkpointCount: 3 });
    }),
    ofDecision('goto.many', exact, async (context) => {
      const session = await context.ran('let n = 0');
      const marks: number[] = [];
      for (let n = 1; n <= 20; n++) {
        await session.run(`n = ${n}; var big = '${'x'.repeat(n * 100)}'`);
        marks.push(await session.last());
      }
      for (const [i, mark] of [...marks.entries()].toReversed()) {
        await session.goto(mark);
        await session.says('[n, big.length]', `[ ${i + 1}, ${(i + 1) * 100} ]`);
      }
    }),
    ...scripts.map(exactCheck),
  ],
};

/** A session that goes on beside another. */
export const forks: ReplGroup = {
  name: 'fork',
  title: 'Forks',
  checks: [
    ofDecision('fork.answer', 'fork answers 201 with the SessionMetadata of the fork', async (context) => {
      const session = await context.ran('let n = 1');
      const made = context.unborn();
      const answer = await session.post('/fork', { name: made.name });
      expectStatus(answer, 201);
      const body = isObject(answer.body) ? answer.body : {};
      expectMetadata(body);
      expectSame('name', body['name'], made.name);
      expectThat(body['id'] !== (await session.id()), 'an id of its own', shown(body));
      expectSame('the fork', await made.read(), body);
    }),
    ofDecision('fork.state', 'a fork has the state', async (context) => {
      const session = await context.ran('const next = (() => { let i = 0; return () => ++i })(); next()');
      await (await fork(context, session)).says('next()', '2');
      await session.says('next()', '2');
    }),
    ofDecision('fork.at', 'fork takes seq', async (context) => {
      const session = await context.ran('let n = 1', 'n = 2', 'n = 3');
      await (await fork(context, session, { seq: 2 })).says('n', '1');
      await (await fork(context, session, { seq: 5 })).says('n', '2');
      await session.says('n', '3');
    }),
    ofDecision('fork.independent', 'a fork goes on by itself, and so does what was forked', async (context) => {
      const session = await context.ran('let n = { v: 1 }');
      const made = await fork(context, session);
      await made.run('n.v = 10');
      await session.run('n.v += 1');
      await session.says('n.v', '2');
      await made.says('n.v', '10');
    }),
    ofDecision('fork.original', 'a fork changes nothing of what is forked', async (context) => {
      const session = await context.ran('let n = 1', 'n = 2');
      const before = await session.events();
      await (await fork(context, session, { seq: 2 })).run('n = 5');
      expectSame('its events', await session.events(), before);
    }),
    ofDecision('fork.outlives', 'a fork stays when what was forked is deleted', async (context) => {
      const session = await context.ran('let n = 1');
      const made = await fork(context, session);
      expectStatus(await session.ask('DELETE'), 204);
      await made.says('n', '1');
      await made.goto(2);
      await made.says('n', '1');
    }),
    ofDecision('fork.lineage', lineage, async (context) => {
      const session = await context.ran('let n = 1', 'console.log(n)', 'n = 3');
      const [events, theirs] = [await (await fork(context, session, { seq: 5 })).events(), await session.events()];
      expectSame('what was typed and came of it', told(events), told(theirs.slice(0, 6)));
    }),
    ofDecision('fork.seq', 'events with seq from 0 without gaps, also of a fork', async (context) => {
      const made = await fork(context, await context.ran('1', '2'), { seq: 2 });
      await made.run('3');
      const events = await made.events();
      expectSame(
        'seq',
        events.map(({ seq }) => seq),
        events.map((_, i) => i),
      );
    }),
    ofDecision('fork.reason', 'a checkpoint with the reason fork', async (context) => {
      const made = await fork(context, await context.ran('1'));
      const reasons = (await made.checkpoints()).map(({ reason }) => reason);
      expectThat(reasons.includes('fork'), 'a checkpoint for the fork', shown(reasons));
    }),
    ofDecision('fork.header', 'a fork has a header of its own', async (context) => {
      const made = await fork(context, await context.ran('1'));
      const [header = {}] = linesOf(await made.get('/events?format=jsonl'));
      expectHeaderOf(header, await made.id());
    }),
    ofDecision('fork.goto', `${lineage}: each can be gone to`, async (context) => {
      const session = await context.ran('let n = 1', 'n = 2');
      const made = await fork(context, session, { seq: 5 });
      await made.goto(2);
      await made.says('n', '1');
    }),
    ofDecision('fork.reseeded', 'a fork is reseeded', async (context) => {
      const session = await context.ran('1');
      const made = await fork(context, session);
      const outputs = [await session.run('Math.random()'), await made.run('Math.random()')];
      expectThat(outputs[0] !== outputs[1], 'random numbers of its own', shown(outputs));
    }),
    ofDecision('fork.of-fork', 'a fork can be forked', async (context) => {
      const made = await fork(context, await context.ran('let n = 1'));
      await made.run('n = 2');
      await (await fork(context, made)).says('n', '2');
    }),
    ofDecision('fork.of-nothing', 'fork of a session in which nothing was done', async (context) => {
      const made = await fork(context, await context.created());
      await made.says('1 + 1', '2');
    }),
    ofDecision('fork.pending', 'pending promises are forked, too', async (context) => {
      const session = await context.ran('let settle; const waiting = new Promise((done) => { settle = done }); 0');
      const made = await fork(context, session);
      await made.says('settle(1); await waiting', '1');
      await session.says('settle(2); await waiting', '2');
    }),
    ofDecision('fork.taken', '409 when the name is taken', async (context) => {
      const [session, other] = [await context.ran('let n = 1'), await context.ran('let n = 2')];
      expectError(await session.post('/fork', { name: other.name }), 409);
      expectError(await session.post('/fork', { name: session.name }), 409);
      await other.says('n', '2');
    }),
    ofDecision('fork.unknown-seq', 'fork at an event that is not there: 404, and nothing is made', async (context) => {
      const session = await context.ran('1');
      const made = context.unborn();
      expectError(await session.post('/fork', { name: made.name, seq: 1000 }), [400, 404]);
      expectError(await made.get(), 404);
    }),
    ofDecision(
      'fork.while-running',
      'a fork of a session that runs a command is of its last state',
      async (context) => {
        const session = await context.ran('let n = 1');
        const slow = session.begin('n = 2; await new Promise((done) => setTimeout(done, 300)); n = 3');
        const made = await fork(context, session, { seq: 2 });
        await made.says('n', '1');
        await slow;
        await session.says('n', '3');
      },
    ),
  ],
};
