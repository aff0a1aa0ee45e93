import { ofDecision, ofDocument } from '../check.ts';
import { bodyOf, expectSame, expectStatus, expectSuccess, expectThat, rowsAt, shown, textAt } from '../judge.ts';
import type { Body } from '../judge.ts';
import type { ReplGroup } from './context.ts';
import type { ReplSession } from './session.ts';
import { expectError, expectSnapshot, timeAt } from './shapes.ts';

const metadata = 'SnapshotMetadata has id, sessionName, created, description and tags';
const restoring = 'a snapshot is restored by POST …/:id/restore';
const unknownId = '01a1fa74-70d6-790b-a5a0-9daa8d285a53';

const take = async (session: ReplSession, description = '', tags: readonly string[] = []): Promise<Body> => {
  const answer = await session.post('/snapshots', { description, tags });
  expectSuccess(answer);
  return bodyOf(answer);
};

const listed = async (session: ReplSession): Promise<Body[]> => rowsAt(await session.read('/snapshots'), 'snapshots');

const restore = (session: ReplSession, id: string) =>
  session.ask('POST', `/snapshots/${encodeURIComponent(id)}/restore`);

const remove = (session: ReplSession, id: string) => session.ask('DELETE', `/snapshots/${encodeURIComponent(id)}`);

/** States under a description. */
export const snapshots: ReplGroup = {
  name: 'snapshots',
  title: 'Snapshots',
  checks: [
    ofDocument('snapshots.take', metadata, async (context) => {
      const session = await context.ran('let n = 1');
      const body = await take(session, 'before the „change“ 🦀', ['a', 'b']);
      expectSnapshot(body);
      const { sessionName, description, tags } = body;
      const expected = { sessionName: session.name, description: 'before the „change“ 🦀', tags: ['a', 'b'] };
      expectSame('the snapshot', { sessionName, description, tags }, expected);
    }),
    ofDecision('snapshots.take-201', 'POST …/snapshots answers 201', async (context) => {
      expectStatus(await (await context.ran('1')).post('/snapshots', { description: '', tags: [] }), 201);
    }),
    ofDecision('snapshots.created', metadata, async (context) => {
      const created = timeAt(await take(await context.ran('1')), 'created');
      expectThat(Math.abs(created - Date.now()) < 60_000, 'created to be now', shown(created));
    }),
    ofDocument('snapshots.list', metadata, async (context) => {
      const session = await context.ran('1');
      await take(session, 'one');
      const rows = await listed(session);
      expectSame(
        'descriptions',
        rows.map(({ description }) => description),
        ['one'],
      );
      rows.forEach(expectSnapshot);
    }),
    ofDecision('snapshots.list-none', '{snapshots}', async (context) => {
      expectSame('snapshots of a new session', await listed(await context.created()), []);
    }),
    ofDecision('snapshots.newest-first', '{snapshots} newest first', async (context) => {
      const session = await context.ran('1');
      for (const description of ['one', 'two', 'three']) await take(session, description);
      expectSame(
        'descriptions',
        (await listed(session)).map(({ description }) => description),
        ['three', 'two', 'one'],
      );
    }),
    ofDecision('snapshots.same', 'the list has what taking it answered', async (context) => {
      const session = await context.ran('1');
      const made = await take(session, 'one', ['t']);
      expectSame('the snapshot', (await listed(session))[0], made);
    }),
    ofDecision('snapshots.restore', restoring, async (context) => {
      const session = await context.ran('const next = (() => { let i = 0; return () => ++i })(); next()');
      const id = textAt(await take(session), 'id');
      await session.says('next()', '2');
      await session.says('next()', '3');
      expectSuccess(await restore(session, id));
      await session.says('next()', '2');
    }),
    ofDecision('snapshots.restore-again', `${restoring}, as often as one likes`, async (context) => {
      const session = await context.ran('let n = 1');
      const id = textAt(await take(session), 'id');
      for (let round = 0; round < 3; round++) {
        await session.run('n += 1');
        expectSuccess(await restore(session, id));
        await session.says('n', '1');
      }
    }),
    ofDecision('snapshots.restore-which', restoring, async (context) => {
      const session = await context.ran('let n = 1');
      const [first, second] = [await take(session), (await session.run('n = 2'), await take(session))];
      await session.run('n = 3');
      expectSuccess(await restore(session, textAt(first, 'id')));
      await session.says('n', '1');
      expectSuccess(await restore(session, textAt(second, 'id')));
      await session.says('n', '2');
    }),
    ofDecision('snapshots.restore-journal', 'append-only: nothing is cut off', async (context) => {
      const session = await context.ran('let n = 1');
      const id = textAt(await take(session), 'id');
      await session.run('n = 2');
      const before = await session.events();
      expectSuccess(await restore(session, id));
      await session.run('n');
      const after = await session.events();
      expectSame('the events of before', after.slice(0, before.length), before);
      expectSame(
        'seq',
        after.map(({ seq }) => seq),
        after.map((_, i) => i),
      );
    }),
    ofDecision('snapshots.delete', 'DELETE …/snapshots/:id', async (context) => {
      const session = await context.ran('let n = 1');
      const [one, two] = [await take(session, 'one'), await take(session, 'two')];
      expectSuccess(await remove(session, textAt(one, 'id')));
      expectSame(
        'snapshots',
        (await listed(session)).map(({ id }) => id),
        [two['id']],
      );
      expectError(await restore(session, textAt(one, 'id')), 404);
      expectError(await remove(session, textAt(one, 'id')), 404);
      await session.says('n', '1');
    }),
    ofDecision('snapshots.unknown', 'an id that is not one is 404', async (context) => {
      const session = await context.ran('let n = 1');
      for (const id of [unknownId, 'nothing', '..', '0']) expectError(await restore(session, id), 404);
      expectError(await remove(session, unknownId), 404);
      await session.says('n', '1');
    }),
    ofDecision('snapshots.of-another', 'a snapshot belongs to its session', async (context) => {
      const [session, other] = [await context.ran('let n = 1'), await context.ran('let n = 2')];
      const id = textAt(await take(session), 'id');
      expectError(await restore(other, id), 404);
      expectError(await remove(other, id), 404);
      await other.says('n', '2');
      expectSame('snapshots', (await listed(session)).length, 1);
    }),
  ],
};
