import { describe, expect, it } from 'vitest';
import type { ReplEntry } from '../contract/repl.ts';
import { command, event, given, started } from './decider-specification.suite.ts';
import { fold } from './evolve.ts';
import type { Existing } from './state.ts';

const spec = { language: 'javascript', accessMode: 'readwrite' } as const;
const repl = started({ kind: 'repl', repl: spec });
const input = (seq: number): ReplEntry => ({ type: 'input', seq, code: '1', timestamp: 0, clock: 0, seed: 1 });
const output = (seq: number): ReplEntry => ({ type: 'output', seq, value: '1', timestamp: 0 });
const checkpoint = (seq: number, image: number): ReplEntry => ({
  type: 'checkpoint',
  seq,
  reason: 'command',
  stateId: `s${image}`,
  timestamp: 0,
});
const recorded = (entries: readonly ReplEntry[], images = 0) => ({ entries, images, imageBytes: 100 * images });

describe('what happens in a REPL session', () => {
  const ofCommand = recorded([input(0), output(1), checkpoint(2, 1)], 1);

  it('is recorded in the order of its own journal', () => {
    given(repl)
      .when(command('record_repl', 1, ofCommand))
      .then(event('repl_recorded', 1, ofCommand));
  });

  it('goes on where its journal ends, or is refused', () => {
    for (const seq of [0, 2, 4])
      given(repl, event('repl_recorded', 1, ofCommand))
        .when(command('record_repl', 2, recorded([input(seq)])))
        .thenRefused('write_conflict');
  });

  it('makes its state', () => {
    const state = fold([
      repl,
      event('repl_recorded', 1, { ...ofCommand, tookMs: 5, memory: 2000 }),
    ] as never) as Existing;
    expect(state.facts.repl).toMatchObject({
      ...spec,
      nextSeq: 3,
      checkpoints: 1,
      commands: 1,
      tookMs: 5,
      peakMemory: 2000,
      nextImage: 2,
      image: 1,
    });
    expect(state.facts.repl?.open).toBeUndefined();
  });

  it('tells what was before a command that has not ended', () => {
    const events = [
      repl,
      event('repl_recorded', 1, ofCommand),
      event('repl_recorded', 2, recorded([input(3), checkpoint(4, 2)], 1)),
    ];
    expect((fold(events as never) as Existing).facts.repl).toMatchObject({ open: { seq: 3, image: 1 }, image: 2 });
  });
});
