import { ask, open } from './api.ts';
import { command, optional } from './command.ts';
import type { Call, Command } from './command.ts';
import { text } from './parse.ts';
import { chooseSession, sessionHelp } from './session-choice.ts';
import type { Status } from './session-choice.ts';
import { sessionLine } from './session-words.ts';

/** `pause`, `resume` and `done` are one command with different words. */
interface Words {
  about: string;
  status: Status;
  /** Which sessions are meant first by a name, or by none. */
  meant: readonly Status[];
  done: string;
  examples: Command['examples'];
}

export const changeStatus = ({ about, status, meant, done, examples }: Words) =>
  command({
    about,
    args: { session: optional('[session]', sessionHelp, text) },
    options: {},
    examples,
    exec: async ({ args, settings }: Call<{ session: string | undefined }, object>) => {
      const client = await open(settings);
      const { id } = await chooseSession(client, args.session, meant);
      const session = await ask(client.PATCH('/api/sessions/{id}', { params: { path: { id } }, body: { status } }));
      return { value: session, text: (screen) => sessionLine(screen, session, done) };
    },
  });
