import { describe, expect, it } from 'vitest';
import { readOwnerToken, readServerFile } from '../../place.ts';
import { unwrap } from '../../sdk/index.ts';
import { clientOf } from '../client.ts';
import { useServer } from '../stint.suite.ts';
import { Board } from './board.ts';

const { folder, client: sdk } = useServer();
const at = (url: string) => clientOf({ url, token: readOwnerToken(folder) ?? '', isHere: true });
const here = () => at(readServerFile(folder)?.url ?? '');
/** Nothing listens there. */
const gone = () => at('http://127.0.0.1:1');

const start = async (name: string) =>
  unwrap(await sdk().POST('/api/sessions', { body: { name, duration: 3_600_000 } }));

describe('a board whose server was away', () => {
  it('has what is open now, from where the server is now', async () => {
    const [stays, completed, deleted] = [await start('stays'), await start('completed'), await start('deleted')];
    const board = new Board(gone(), () => {});
    for (const session of [stays, completed, deleted]) board.put(session);
    for (const { id } of [completed, deleted])
      await sdk().PATCH('/api/sessions/{id}', { params: { path: { id } }, body: { status: 'completed' } });
    await sdk().DELETE('/api/sessions/{id}', { params: { path: { id: deleted.id } } });
    await sdk().PATCH('/api/sessions/{id}', { params: { path: { id: stays.id } }, body: { name: 'renamed' } });
    const begun = await start('begun meanwhile');
    await board.refresh(stays.id);
    expect(board.get(stays.id)?.session.name).toBe('stays');
    await board.back(here(), undefined);
    expect(new Set(board.all.map(({ session }) => session.name))).toEqual(new Set(['begun meanwhile', 'renamed']));
    expect(board.get(begun.id)).toBeDefined();
  });

  it('is told of a session by an answer that was asked for after the question', async () => {
    const { id } = await start('asked');
    const board = new Board(here(), () => {});
    const early = board.refresh(id);
    await sdk().POST('/api/sessions/{id}/tokens', {
      params: { path: { id } },
      body: { tokensUsed: 77, operation: 'test' },
    });
    await board.refresh(id);
    expect(board.get(id)?.session.tokensUsed).toBe(77);
    await early;
  });
});
