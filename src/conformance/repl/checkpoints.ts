import { ofDecision, ofDocument } from '../check.ts';
import {
  bodyOf,
  expectSame,
  expectStatus,
  expectSuccess,
  expectThat,
  numberAt,
  rowsAt,
  shown,
  textAt,
} from '../judge.ts';
import type { Body } from '../judge.ts';
import type { ReplGroup } from './context.ts';
import type { ReplSession } from './session.ts';
import { expectAnnotation, expectError, seqsIn, timeAt } from './shapes.ts';

const newestFirst = '{checkpoints} newest first';
const annotation = 'CheckpointAnnotation has checkpointSeq, label, description, tags and created';
const reasons = ['command', 'llm_boundary', 'periodic', 'manual', 'goto', 'fork', 'effect'];

const annotate = (session: ReplSession, seq: number, json: Body) =>
  session.ask('PUT', `/checkpoints/${seq}/annotation`, { json });

/** A session with a checkpoint at 2. */
const withCheckpoint = 'let n = 1';

const told = (rows: readonly Body[]) => rows.map(({ seq, stateId, reason }) => ({ seq, stateId, reason }));

/** The row of the timeline of a checkpoint, whatever stands around it. */
const rowOf = async (session: ReplSession, seq: number): Promise<Body> => {
  const rows = rowsAt(await session.read('/timeline'), 'checkpoints');
  const row = rows.find((one) => one['seq'] === seq || one['checkpointSeq'] === seq);
  expectThat(row !== undefined, `a checkpoint at ${seq} in the timeline`, shown(rows));
  return row ?? {};
};

/** States that can be gone to, what is said of them, and the timeline. */
export const checkpoints: ReplGroup = {
  name: 'checkpoints',
  title: 'Checkpoints, annotations, timeline',
  checks: [
    ofDecision('checkpoints.every-command', 'checkpoints after every command', async (context) => {
      const session = await context.ran('1', 'throw 2', '3');
      const rows = await session.checkpoints();
      expectSame('seq of the checkpoints', seqsIn(rows), [8, 5, 2]);
      expectSame(
        'reasons',
        rows.map(({ reason }) => reason),
        ['command', 'command', 'command'],
      );
    }),
    ofDocument('checkpoints.fields', 'a checkpoint has seq, reason and stateId', async (context) => {
      for (const row of await (await context.ran('1', '2')).checkpoints()) {
        numberAt(row, 'seq');
        expectThat(textAt(row, 'stateId') !== '', 'stateId not to be empty', shown(row));
        expectThat(reasons.includes(textAt(row, 'reason')), `reason to be one of ${shown(reasons)}`, shown(row));
      }
    }),
    ofDecision('checkpoints.newest-first', newestFirst, async (context) => {
      const session = await context.ran('1', '2');
      await session.post('/checkpoints', {});
      await session.run('3');
      const seqs = seqsIn(await session.checkpoints());
      expectSame(
        'seq of the checkpoints',
        seqs,
        seqs.toSorted((a, b) => b - a),
      );
    }),
    ofDecision('checkpoints.journal', 'checkpoints are events of the journal', async (context) => {
      const session = await context.ran('1', '2');
      await session.post('/checkpoints', {});
      const events = (await session.events()).filter(({ type }) => type === 'checkpoint').toReversed();
      expectSame('checkpoints', told(await session.checkpoints()), told(events));
    }),
    ofDecision('checkpoints.none', newestFirst, async (context) => {
      expectSame('checkpoints of a new session', await (await context.created()).checkpoints(), []);
    }),
    ofDecision('checkpoints.manual', 'POST …/checkpoints answers 201; its reason is manual', async (context) => {
      const session = await context.ran('let n = 1');
      const answer = await session.post('/checkpoints', { label: 'before the change' });
      expectStatus(answer, 201);
      const [newest = {}] = await session.checkpoints();
      expectSame('newest checkpoint', [newest['seq'], newest['reason']], [3, 'manual']);
      expectSame('seq of the answer', bodyOf(answer)['seq'], 3);
    }),
    ofDecision('checkpoints.manual-bare', 'a POST without a required field takes an empty body', async (context) => {
      const session = await context.ran('1');
      expectStatus(await session.ask('POST', '/checkpoints'), 201);
    }),
    ofDecision('checkpoints.label', 'POST …/checkpoints takes label?, description?, tags?', async (context) => {
      const session = await context.ran('1');
      const given = { label: 'ein „Name“ 🦀', description: 'why', tags: ['a', 'b'] };
      expectStatus(await session.post('/checkpoints', given), 201);
      const row = JSON.stringify(await rowOf(session, 3));
      for (const text of [given.label, 'why', '"a","b"'])
        expectThat(row.includes(text), `the timeline to have ${text}`, row);
    }),
    ofDecision(
      'checkpoints.same-state',
      'a checkpoint of the same state can be gone to like any other',
      async (context) => {
        const session = await context.ran('let n = 1');
        await session.post('/checkpoints', {});
        await session.run('n = 2');
        await session.goto(3);
        await session.says('n', '1');
      },
    ),
    ofDecision('checkpoints.in-code', 'checkpoint(label?) is given to the code', async (context) => {
      const session = await context.ran('let n = 1', 'await checkpoint("midway"); n = 2');
      const manual = (await session.checkpoints()).find(({ reason }) => reason === 'manual') ?? {};
      const row = JSON.stringify(await rowOf(session, numberAt(manual, 'seq')));
      expectThat(row.includes('midway'), 'a checkpoint with its label', row);
      await session.says('n', '2');
    }),
    ofDocument('checkpoints.annotation-fields', annotation, async (context) => {
      const session = await context.ran(withCheckpoint);
      const given = { label: 'good', description: 'it worked', tags: ['a', 'b'] };
      const answer = await annotate(session, 2, given);
      expectSuccess(answer);
      expectAnnotation(bodyOf(answer));
      const { checkpointSeq, label, description, tags } = bodyOf(answer);
      expectSame('the annotation', { checkpointSeq, label, description, tags }, { checkpointSeq: 2, ...given });
    }),
    ofDecision('checkpoints.annotation-defaults', 'default "" and []', async (context) => {
      const session = await context.ran(withCheckpoint);
      const { label, description, tags } = await session.of(annotate(session, 2, {}));
      expectSame('the annotation', { label, description, tags }, { label: '', description: '', tags: [] });
    }),
    ofDecision('checkpoints.annotation-created', annotation, async (context) => {
      const session = await context.ran(withCheckpoint);
      const created = timeAt(await session.of(annotate(session, 2, { label: 'l' })), 'created');
      expectThat(Math.abs(created - Date.now()) < 60_000, 'created to be now', shown(created));
    }),
    ofDecision('checkpoints.annotation-timeline', 'the timeline has checkpoints with annotations', async (context) => {
      const session = await context.ran(withCheckpoint, 'n = 2');
      await session.of(annotate(session, 2, { label: 'the first one', tags: ['t1'] }));
      const [row, other] = [JSON.stringify(await rowOf(session, 2)), JSON.stringify(await rowOf(session, 5))];
      expectThat(row.includes('the first one') && row.includes('t1'), 'the annotation at its checkpoint', row);
      expectThat(!other.includes('the first one'), 'no annotation at another checkpoint', other);
    }),
    ofDecision('checkpoints.annotation-again', 'PUT …/annotation puts what is given in its place', async (context) => {
      const session = await context.ran(withCheckpoint);
      await session.of(annotate(session, 2, { label: 'first', tags: ['x'] }));
      await session.of(annotate(session, 2, { label: 'second' }));
      const row = JSON.stringify(await rowOf(session, 2));
      expectThat(row.includes('second') && !row.includes('first'), 'the second annotation alone', row);
    }),
    ofDecision('checkpoints.annotation-delete', 'DELETE …/annotation takes it away', async (context) => {
      const session = await context.ran(withCheckpoint);
      await session.of(annotate(session, 2, { label: 'short-lived' }));
      expectSuccess(await session.ask('DELETE', '/checkpoints/2/annotation'));
      const row = JSON.stringify(await rowOf(session, 2));
      expectThat(!row.includes('short-lived'), 'no annotation', row);
    }),
    ofDecision(
      'checkpoints.annotation-no-checkpoint',
      'an annotation is of a checkpoint: 404 where there is none',
      async (context) => {
        const session = await context.ran(withCheckpoint);
        for (const seq of [0, 1, 3, 999]) expectError(await annotate(session, seq, { label: 'l' }), 404);
      },
    ),
    ofDecision('checkpoints.annotation-state', 'an annotation changes no state', async (context) => {
      const session = await context.ran(withCheckpoint, 'n = 2');
      const before = (await session.events()).filter(({ type }) => type === 'checkpoint');
      await session.of(annotate(session, 2, { label: 'l' }));
      await session.says('n', '2');
      const after = (await session.events()).filter(({ type }) => type === 'checkpoint');
      expectSame('checkpoints', after.slice(0, before.length), before);
    }),
    ofDecision('checkpoints.timeline-checkpoints', 'timeline: checkpoints with annotations, forks', async (context) => {
      const session = await context.ran('1', '2');
      const rows = rowsAt(await session.read('/timeline'), 'checkpoints');
      const seqs = rows.map((row) => Number(row['seq'] ?? row['checkpointSeq']));
      expectSame(
        'seq of the checkpoints',
        seqs.toSorted((a, b) => a - b),
        [2, 5],
      );
    }),
    ofDecision('checkpoints.timeline-forks', 'timeline: checkpoints with annotations, forks', async (context) => {
      const session = await context.ran('1', '2');
      expectSame('forks', (await session.read('/timeline'))['forks'], []);
      const fork = context.unborn();
      expectStatus(await session.post('/fork', { name: fork.name, seq: 2 }), 201);
      const forks = JSON.stringify((await session.read('/timeline'))['forks']);
      expectThat(forks.includes(fork.name) || forks.includes(await fork.id()), 'the fork in the timeline', forks);
    }),
  ],
};
