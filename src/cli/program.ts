import { Argument, Command as Node, CommanderError, Option } from 'commander';
import { catalogue, groups } from './catalogue.ts';
import type { Answer, Call, Command, Parameter, Settings } from './command.ts';
import { exitCodeHelp, exitCodes, usageFailure } from './failure.ts';
import { cut, plain } from './plain.ts';
import { screenOf } from './screen.ts';

/** Turns the catalogue into a program: words to type, help to read. A command is loaded when it is called. */

type Outcome = Answer | number;

/**
 * Runs what was typed; resolves to the command's answer, or to its exit code when it has said all itself. `begun` hears of the
 * settings as soon as they are understood.
 */
export const run = async (
  typed: readonly string[],
  version: string,
  begun: (settings: Settings) => void,
): Promise<Outcome> => {
  let outcome: Outcome = exitCodes.ok;
  const program = rootNode(version);
  const loaders = new Map<Node, () => Promise<void>>();
  for (const { name, summary, heading, load } of catalogue) {
    const words = name.split(' ');
    const parent = words.length === 1 ? program : groupNode(program, words[0] ?? '', loaders);
    if (words.length > 1 && loaders.has(parent) && parent.commands.length === 0) loadWhenCalled(parent, loaders);
    const node = childNode(parent, words.at(-1) ?? name, summary);
    if (parent === program) node.helpGroup(heading);
    loaders.set(node, async () => {
      const command = await load();
      describe(node, command, name);
      node.action(async () => {
        const call = callOf(node, command);
        begun(call.settings);
        outcome = await command.exec(call);
      });
    });
  }
  loadWhenCalled(program, loaders);
  await parse(program, helpAsOption(program, typed));
  return outcome;
};

/** `stint version` is `stint --version`, `stint help token create` is `stint token create --help`; of a command that is not there, what typing it would say. */
const helpAsOption = (program: Node, typed: readonly string[]): readonly string[] => {
  if (typed[0] === 'version' && typed.length === 1) return ['--version'];
  if (typed[0] !== 'help') return typed;
  const words = typed.slice(1);
  let node = program;
  for (const word of words) {
    if (word.startsWith('-') || node.commands.length === 0) break;
    const child = node.commands.find((one) => one.name() === word);
    if (!child) return words;
    node = child;
  }
  return [...words, '--help'];
};

/** Commander ends by throwing: after help, and on what it does not understand. */
const parse = async (program: Node, typed: readonly string[]): Promise<void> => {
  try {
    await program.parseAsync(typed, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    if (error.code === 'commander.help') throw usageFailure('say what to do; the list is above');
    const sentence = sentenceOf(error.message);
    throw usageFailure(sentence + hintOf(error.code, sentence));
  }
};

const hintOf = (code: string, sentence: string): string => {
  if (code === 'commander.unknownCommand' && !sentence.includes('Did you mean'))
    return '; see what there is with: stint help';
  return code === 'commander.excessArguments' && !sentence.includes('Expected 0') ? '; quote a name with spaces' : '';
};

const sentenceOf = (message: string): string =>
  message
    .replace(/^error: /, '')
    .replace(/\.?\n/, '. ')
    .replace(/\.$/, '');

const rootNode = (version: string): Node => {
  const node = new Node('stint')
    .description('Keeps time, tokens and its word for everything that you keep running with AI.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help; also: stint help <command>')
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => command.name(), minWidthToWrap: 30 })
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  addSettings(node);
  node.addHelpText('after', exitCodesText);
  return node;
};

const exitCodesText = `\nExit codes:\n${exitCodeHelp.map(([code, meaning]) => `  ${code}  ${meaning}`).join('\n')}\n`;

const childNode = (parent: Node, name: string, summary: string): Node => {
  return parent
    .command(name)
    .summary(summary)
    .description(summary)
    .helpCommand(false)
    .helpOption('-h, --help', 'print this help');
};

const groupNode = (program: Node, name: string, loaders: Map<Node, () => Promise<void>>): Node => {
  const met = program.commands.find((node) => node.name() === name);
  if (met) return met;
  const { summary = '', heading = '' } = groups[name] ?? {};
  const node = childNode(program, name, summary).helpGroup(heading);
  addSettings(node);
  node.help = () => {
    const all = node.commands.map((one) => `stint ${name} ${one.name()}`).join(', ');
    throw usageFailure(`say what to do: ${all}; more with: stint help ${name}`);
  };
  loadWhenCalled(node, loaders);
  return node;
};

const loadWhenCalled = (parent: Node, loaders: ReadonlyMap<Node, () => Promise<void>>): void => {
  parent.hook('preSubcommand', async (_, node) => loaders.get(node)?.());
};

/** Each node has these, so that they may stand anywhere. */
const addSettings = (node: Node): void => {
  const heading = 'Everywhere:';
  const options = [
    new Option('--json', 'one JSON value on stdout, for scripts'),
    new Option('--data <folder>', 'data folder of the server (else $STINT_DATA)'),
    new Option('--no-start', 'start no server when none runs'),
  ];
  for (const option of options) node.addOption(option.helpGroup(heading));
};

const describe = (node: Node, { about, args, options, examples, passesThrough }: Command, name: string): void => {
  node.description(about);
  if (passesThrough) node.passThroughOptions();
  for (const parameter of Object.values(args)) node.addArgument(toArgument(parameter));
  for (const [key, parameter] of Object.entries(options)) node.addOption(toOption(parameter, key));
  addSettings(node);
  const lines = examples.map(
    ([typed, meaning]) => `  # ${meaning}\n  ${['stint', name, typed].filter(Boolean).join(' ')}`,
  );
  node.addHelpText('after', `\nExamples:\n${lines.join('\n')}\n`);
  const [example] = examples.find(([typed]) => typed !== '') ?? [];
  node.exitOverride((error) => {
    if (error.code !== 'commander.missingArgument' || example === undefined) throw error;
    throw usageFailure(`${sentenceOf(error.message)}; it looks like: stint ${name} ${example}`);
  });
};

const toArgument = (parameter: Parameter<unknown>): Argument => {
  const argument = new Argument(parameter.syntax, parameter.help);
  const { parse: parseOne } = parameter;
  if (parseOne && !parameter.isRepeatable)
    argument.argParser((text) => checked(parseOne, text, `the ${argument.name()}`));
  return argument;
};

const toOption = (parameter: Parameter<unknown>, key: string): Option => {
  const option = new Option(parameter.syntax, parameter.help);
  option.attributeName = () => key;
  const { parse: parseOne, isRepeatable } = parameter;
  if (parseOne === undefined) return option;
  return option.argParser((text, earlier: unknown) => {
    const value = checked(parseOne, text, option.long ?? option.flags);
    return isRepeatable ? [...((earlier as unknown[] | undefined) ?? []), value] : value;
  });
};

const longestEcho = 40;

const checked = (parseOne: (text: string) => unknown, text: string, what: string): unknown => {
  try {
    return parseOne(text);
  } catch (error) {
    const { message } = error as Error;
    const why = message.charAt(0).toLowerCase() + message.slice(1);
    throw usageFailure(`“${cut(plain(text), longestEcho)}” can’t be ${what}: ${why}`);
  }
};

const callOf = (node: Node, { args, options }: Command): Call<Record<string, unknown>, Record<string, unknown>> => {
  const given = node.opts<Record<string, unknown>>();
  return {
    args: valuesOf(args, (_, index) => node.processedArgs[index] as unknown),
    options: valuesOf(options, (key) => given[key]),
    settings: settingsOf(node),
    screen: screenOf(process.stdout, process.env),
  };
};

const valuesOf = (parameters: Record<string, Parameter<unknown>>, valueAt: (key: string, index: number) => unknown) =>
  Object.fromEntries(
    Object.entries(parameters).map(([key, { fallback }], index) => [key, valueAt(key, index) ?? fallback]),
  );

/** Said before the command's name, between its words or after. */
const settingsOf = (node: Node): Settings => {
  const chain: Partial<Settings>[] = [];
  for (let at: Node | null = node; at; at = at.parent) chain.push(at.opts<Partial<Settings>>());
  return {
    json: chain.some(({ json }) => json),
    data: chain.find(({ data }) => data !== undefined)?.data,
    start: chain.every(({ start }) => start !== false),
  };
};
