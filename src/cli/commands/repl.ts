import { open } from '../api.ts';
import { command, optional, withDefault } from '../command.ts';
import { connect } from '../connection.ts';
import { usageFailure } from '../failure.ts';
import { choice, replName, text } from '../parse.ts';
import { Prompt } from '../repl/prompt.ts';
import { sessionNow, sessionWith } from '../repl/session.ts';
import type { NewSession, ReplSession } from '../repl/session.ts';

const languages = ['javascript', 'typescript', 'scheme'] as const satisfies readonly ReplSession['language'][];
const providers = ['anthropic', 'openai'] as const;

export const replCommand = command({
  about:
    'Opens a prompt on a REPL session: code in a sandbox whose state stays, also after the server stopped. The session is made by its first command where there is none of that name. Tab completes, Up brings back what was run, Ctrl-C stops a command that runs, Ctrl-D leaves; :help lists words, of which :session switch goes to another session.',
  args: { name: withDefault('[name]', 'the session’s name (main), or the id of another’s', replName, 'main') },
  options: {
    language: optional('-l, --language <language>', `of a new session: ${languages.join(', ')}`, choice(languages)),
    model: optional('-m, --model <model>', 'of a new session: what its llm(…) asks', text),
    provider: optional(
      '--provider <provider>',
      `whose model that is: ${providers.join(', ')}; told by the model’s name where that is known`,
      choice(providers),
    ),
  },
  examples: [
    ['', 'on the session called main'],
    ['notes', 'on the one called notes'],
    ['types --language typescript', 'a new one, of TypeScript'],
    ['ask --model claude-sonnet-4-5', 'a new one, whose code may ask a model'],
  ],
  exec: async ({ args: { name }, options: { language, model, provider }, settings }) => {
    if (settings.json) throw usageFailure('a prompt has no JSON; see: stint exec --help');
    const wanted = wantedOf(language, model, provider);
    const client = await open(settings);
    const isWanted = Object.keys(wanted).length > 0;
    const session = isWanted ? await sessionWith(client, name, wanted) : await sessionNow(client, name);
    await new Prompt({ connect: () => connect(settings), name, session }).run();
    return 0;
  },
});

const wantedOf = (
  language: NewSession['language'],
  model: string | undefined,
  given: (typeof providers)[number] | undefined,
): NewSession => {
  if (model === undefined && given !== undefined) throw usageFailure('--provider says whose --model it is: say both');
  const provider = given ?? (model === undefined ? undefined : providerOf(model));
  if (model !== undefined && provider === undefined)
    throw usageFailure(`say whose model that is: --provider ${providers.join(' or --provider ')}`);
  return {
    ...(language !== undefined && { language }),
    ...(model !== undefined && provider !== undefined && { llm: { provider, model } }),
  };
};

const providerOf = (model: string): (typeof providers)[number] | undefined => {
  if (model.startsWith('claude-')) return 'anthropic';
  return /^(gpt-|chatgpt-|o\d)/.test(model) ? 'openai' : undefined;
};
