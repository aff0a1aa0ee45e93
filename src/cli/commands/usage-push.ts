import { hostname } from 'node:os';
import { clientOf } from '../client.ts';
import { command, flag, optional, required } from '../command.ts';
import { connect } from '../connection.ts';
import { usageFailure } from '../failure.ts';
import { label, text } from '../parse.ts';
import { progress } from '../progress.ts';
import { askTarget, targetOf } from '../push-target.ts';
import { walkLedger } from '../push-walk.ts';
import type { PushSums } from '../push-walk.ts';
import { dataFolder, readPushed, writePushed } from '../../place.ts';

export const usagePushCommand = command({
  about:
    'Sends what agents used on this machine, as their transcripts tell it, to another stint server, where it is its token’s user’s. A second push sends only what is new since, and nothing is counted twice, however often it is sent. One that breaks off goes on where it was.',
  args: { url: required('<url>', 'where the other server is: https://stint.example.org', text) },
  options: {
    tokenFile: optional('--token-file <file>', 'file with a token of that server (else STINT_PUSH_TOKEN)', text),
    machine: optional('--machine <name>', 'what this machine is called there (its host name)', label),
    all: flag('--all', 'send all of it again'),
    insecure: flag('--insecure', 'send the token without encryption, in a network that you trust'),
  },
  examples: [
    ['https://stint.example.org --token-file ~/.stint-push', 'to the team’s server'],
    ['http://127.0.0.1:9000 --machine laptop', 'through a tunnel, with STINT_PUSH_TOKEN'],
  ],
  exec: async ({ args, options, settings }) => {
    const target = targetOf(args.url, options);
    const from = await connect(settings);
    if (from.url === target.url) throw usageFailure(`${target.url} is the very server whose ledger it is`);
    const me = await askTarget(target, () => clientOf({ ...target, isHere: false }).GET('/api/me'));
    const folder = dataFolder(settings.data, process.env);
    const name = [...(from.isHere ? [] : [from.url]), target.url, me.id].join(' ');
    const told = progress();
    const machine = options.machine ?? (hostname() || 'unnamed');
    const sums = await walkLedger({
      from,
      to: target,
      machine,
      begin: options.all ? {} : readPushed(folder, name),
      onStep: (pushed, { sent }) => {
        writePushed(folder, name, pushed);
        told.say(`pushing … ${sent.toLocaleString('en')} responses`);
      },
    }).finally(() => told.end());
    return { value: { url: target.url, user: me.name, machine, ...sums }, text: () => pushedText(target.url, sums) };
  },
});

const count = (some: number): string => some.toLocaleString('en');

const pushedText = (url: string, { sent, taken, known, leftOut }: PushSums): string => {
  const words = sent === 1 ? 'response' : 'responses';
  const first = sent === 0 ? `${url} has it all already` : `pushed ${count(sent)} ${words} to ${url}`;
  const news = sent === 0 ? '' : `: ${count(taken)} new, ${count(known)} known there`;
  const rest = leftOut === 0 ? '' : `\n${count(leftOut)} were left out: no server would take their times or names`;
  return first + news + rest;
};
