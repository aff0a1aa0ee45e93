import type { Session } from '../../sdk/index.ts';
import { ask as call, open } from '../api.ts';
import type { Client } from '../client.ts';
import { command, flag, required } from '../command.ts';
import { confirm } from '../confirm.ts';
import { exitCodes, Failure, usageFailure } from '../failure.ts';
import { text } from '../parse.ts';
import { chooseSession } from '../session-choice.ts';
import { nameOf, sessionLine, shortId } from '../session-words.ts';

export const rmCommand = command({
  about: 'Deletes a completed session with all that it holds: tokens, checkpoints, events. Asks first.',
  args: { session: required('<session>', 'id, its beginning or end (4 characters or more), or name', text) },
  options: { yes: flag('-y, --yes', 'do not ask') },
  examples: [
    ['7d1e', 'the one whose id ends in 7d1e'],
    ['review --yes', 'the one called review, without a question'],
  ],
  exec: async ({ args, options, settings, screen }) => {
    if (args.session === '-') throw usageFailure('name the session to delete; see them with: stint ls');
    const client = await open(settings);
    const session = await chooseSession(client, args.session, ['completed']);
    const { id } = session;
    await makeSureMayDelete(client, session);
    if (session.status !== 'completed') {
      throw new Failure(
        exitCodes.refused,
        'session_not_finished',
        `“${nameOf(session)}” is still open; complete it first: stint done ${shortId(id)}`,
      );
    }
    if (!options.yes) {
      const ask = `${sessionLine(screen, session, 'Delete')}?`;
      await confirm({ ask, yesMeans: 'delete without a question', ifNot: 'nothing was deleted' });
    }
    await call(client.DELETE('/api/sessions/{id}', { params: { path: { id } } }));
    return { value: { deleted: id }, text: () => sessionLine(screen, session, 'deleted') };
  },
});

/** Asked before anything is advised or asked: what the caller may not do is refused at once. */
const makeSureMayDelete = async (client: Client, session: Session): Promise<void> => {
  const { id, role } = await call(client.GET('/api/me'));
  if (role === 'owner' || (role === 'member' && session.owner === id)) return;
  const why = role === 'viewer' ? 'a viewer reads and changes nothing' : 'it is somebody else’s';
  throw new Failure(exitCodes.refused, 'forbidden', `“${nameOf(session)}” can’t be deleted: ${why}`);
};
