import { expect, it } from 'vitest';
import type { ReplFrame } from '../contract/socket.ts';
import { waitingWith } from './repl-frames.ts';
import { ReplPlace } from './repl-place.ts';

const sessionId = 's';
const began = (command: number, at = command): ReplFrame => ({
  type: 'repl_command',
  sessionId,
  command,
  phase: 'began',
  at,
});
const ended = (command: number): ReplFrame => ({ type: 'repl_command', sessionId, command, phase: 'ended' });
const said = (command: number, from: number, text: string): ReplFrame => ({
  type: 'repl_output',
  sessionId,
  command,
  from,
  text,
});

const heard = (...frames: ReplFrame[]): (string | undefined)[] => {
  const place = new ReplPlace();
  return frames.map((frame) => {
    const news = place.newsOf(frame);
    return news && (news.type === 'repl_output' ? `${news.from} ${news.text}` : `${news.phase} ${news.command}`);
  });
};

it('what was heard before the connection dropped is not heard again', () => {
  expect(
    heard(began(3), said(3, 0, 'abc'), began(3), said(3, 0, 'abcde'), said(3, 5, 'f'), ended(3), ended(3)),
  ).toEqual(['began 3', '0 abc', undefined, '3 de', '5 f', 'ended 3', undefined]);
});

it('what was dropped is to be seen, and the next command begins anew', () => {
  expect(heard(began(3), said(3, 0, 'ab'), said(3, 9, 'c'), began(7), said(7, 0, 'a'), said(3, 10, 'd'))).toEqual([
    'began 3',
    '0 ab',
    '9 c',
    'began 7',
    '0 a',
    undefined,
  ]);
});

it('a command that left nothing is not taken for the one that has its number', () => {
  expect(heard(began(3, 10), said(3, 0, 'abc'), began(3, 11), said(3, 0, 'xy'), ended(3))).toEqual([
    'began 3',
    '0 abc',
    'began 3',
    '0 xy',
    'ended 3',
  ]);
});

it('frames that wait are put together, and the oldest dropped', () => {
  const waiting: ReplFrame[] = [];
  for (const frame of [began(1), said(1, 0, 'a'), said(1, 1, 'b'), said(1, 5, 'c')]) waitingWith(waiting, frame);
  expect(waiting).toEqual([began(1), said(1, 0, 'ab'), said(1, 5, 'c')]);
  for (let command = 2; command < 1000; command++) waitingWith(waiting, began(command));
  expect([waiting.length, waiting[0]]).toEqual([200, began(800)]);
});
