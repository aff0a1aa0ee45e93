/** What was said, for the search: out of both schemas and out of the tree of files. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../following.suite.ts';
import type { Cursor, Utterance } from '../reader.ts';
import { opencodeReader } from './reader.ts';
import { answer, idAt, laterAnswer, noon, Store, tokens, writeJson } from './stored.suite.ts';

const reader = opencodeReader();
const user = { role: 'user', time: { created: noon } };

class Listening {
  readonly said: Utterance[] = [];
  #cursor: Cursor | undefined;
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async listen(): Promise<string[]> {
    const before = this.said.length;
    for (let status = 'more'; status === 'more';) {
      const texts = await reader.textsFrom!(this.#file, this.#cursor);
      this.#cursor = JSON.parse(JSON.stringify(texts.cursor)) as Cursor;
      this.said.push(...texts.utterances);
      ({ status } = texts);
    }
    return this.said.slice(before).map(({ by, text }) => `${by}: ${text}`);
  }
}

describe('what was said', () => {
  it('is prompts and answers, with who and when', async () => {
    const store = new Store().session('ses_a').session('ses_b', { parent: 'ses_a' });
    store.message('ses_a', idAt(0), user).message('ses_b', idAt(9), answer(9, tokens(1, 2)));
    store.part('ses_a', idAt(0), 'prt_1', { type: 'text', text: ' Why is it slow? ' });
    store.part('ses_a', idAt(0), 'prt_2', { type: 'text', text: 'Called the read tool', synthetic: true });
    store.part('ses_a', idAt(0), 'prt_3', { type: 'text', text: 'Not meant', ignored: true });
    store.part('ses_b', idAt(9), 'prt_4', { type: 'reasoning', text: 'Hm.' });
    store.part('ses_b', idAt(9), 'prt_5', { type: 'tool', tool: 'bash', state: { output: 'text' } });
    store.part('ses_b', idAt(9), 'prt_6', { type: 'text', text: 'An index is missing.', time: { start: 1, end: 2 } });
    const listening = new Listening(store.file);
    await listening.listen();
    expect(listening.said).toEqual([
      {
        source: 'opencode',
        sessionId: 'ses_a',
        by: 'user',
        at: noon,
        text: 'Why is it slow?',
        key: expect.stringMatching(/^\d+\/user\/\w{24}$/),
      },
      {
        source: 'opencode',
        sessionId: 'ses_a',
        agentId: 'ses_b',
        by: 'agent',
        at: noon + 9,
        text: 'An index is missing.',
        key: expect.stringMatching(/^\d+\/agent\/\w{24}$/),
      },
    ]);
  });

  it('is told once it is whole', async () => {
    const store = new Store().session('ses_a').message('ses_a', idAt(0), answer(0, null));
    store.part('ses_a', idAt(0), 'prt_1', { type: 'text', text: 'An ind', time: { start: 1 } });
    const listening = new Listening(store.file);
    expect(await listening.listen()).toEqual([]);
    for (let i = 0; i < 200; i++) store.part('ses_a', idAt(0), `prt_x${i}`, { type: 'step-start' });
    store.part('ses_a', idAt(0), 'prt_1', { type: 'text', text: 'An index.', time: { start: 1, end: 2 } });
    expect(await listening.listen()).toEqual(['agent: An index.']);
    expect(await listening.listen()).toEqual([]);
  });

  it('is read from the later schema, where an answer is told when it is complete', async () => {
    const store = new Store('later').laterSession('ses_a');
    store.later('ses_a', idAt(0), 'user', { ...user, text: 'Why?' });
    store.later('ses_a', idAt(1), 'synthetic', { ...user, text: 'Nobody said this' });
    store.later('ses_a', idAt(2), 'assistant', laterAnswer(2, null, { time: { created: noon + 2 } }));
    const listening = new Listening(store.file);
    expect(await listening.listen()).toEqual(['user: Why?']);
    const content = [{ type: 'reasoning', text: 'Hm.' }, { type: 'text', text: 'Because.' }, { type: 'tool' }];
    store.later('ses_a', idAt(2), 'assistant', laterAnswer(2, tokens(1, 2), { content }));
    expect(await listening.listen()).toEqual(['agent: Because.']);
  });

  it('has one key in a fork, in the other schema and in the tree', async () => {
    const store = new Store('both').session('ses_a').session('ses_f').laterSession('ses_a');
    store.message('ses_a', idAt(0), user).message('ses_f', idAt(5000), user);
    store.part('ses_a', idAt(0), 'prt_1', { type: 'text', text: 'Why?' });
    store.part('ses_f', idAt(5000), 'prt_2', { type: 'text', text: 'Why?' });
    store.later('ses_a', idAt(0), 'user', { ...user, text: 'Why?' });
    const folder = join(tempFolder(), 'storage');
    const message = writeJson(join(folder, 'message/ses_a', `${idAt(0)}.json`), user);
    writeJson(join(folder, 'part', idAt(0), 'prt_1.json'), { type: 'text', text: 'Why?' });
    writeJson(join(folder, 'part', idAt(0), 'prt_2.json'), '{"type":"text", torn');
    const all = [new Listening(store.file), new Listening(message)];
    for (const listening of all) await listening.listen();
    expect(all.map(({ said }) => said.length)).toEqual([3, 1]);
    expect(new Set(all.flatMap(({ said }) => said).map(({ key }) => key)).size).toBe(1);
  });
});
