/**
 * What counts in a chat, as what, whose it is: the traps of Gemini CLI's formats, each as a file read through the
 * port.
 */
import * as fs from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Following } from '../following.suite.ts';
import type { Reading } from '../reader.ts';
import { Responses } from '../responses.ts';
import {
  answer,
  at,
  chatName,
  header,
  noon,
  prompt,
  read,
  responses,
  session,
  spent,
  tokens,
  writeChat,
  writeText,
} from './chat.suite.ts';
import { geminiReader } from './reader.ts';

async function reading(...lines: unknown[]): Promise<Reading> {
  return geminiReader().readFrom(writeChat(lines));
}

describe('a response', () => {
  it('is read with all that the chat says of it', async () => {
    const { records } = await reading(
      header(),
      answer('m-1', tokens(1000, 50, { cached: 600, thoughts: 20, tool: 7 }), 4000),
    );
    expect(records).toEqual([
      {
        source: 'gemini',
        key: `${session}/m-1`,
        sessionId: session,
        sidechain: false,
        model: 'gemini-3-pro',
        beganAt: noon + 4000,
        at: noon + 4000,
        // Input holds what was cached and not what tools added; thoughts are not in the output, and are billed as such.
        parts: { input: 407, output: 70, reasoning: 20, cacheRead: 600, cacheWrite5m: 0, cacheWrite1h: 0 },
        billing: { provider: 'google' },
        confidence: 'exact',
        file: expect.stringMatching(/session-.*\.jsonl$/),
        offset: Buffer.byteLength(`${JSON.stringify(header())}\n`),
        fileBornAt: expect.any(Number),
      },
    ]);
  });

  it('counts once however often its message comes again, without its tokens at first', async () => {
    const used = tokens(100, 9, { thoughts: 1 });
    const lines = [
      answer('m-1', null),
      answer('m-1', undefined),
      answer('m-1', used),
      answer('m-1', used, 0, { toolCalls: [{ id: 't' }] }),
    ];
    const follow = await read([header(), ...lines, answer('m-2', tokens(5, 1)), answer('m-1', used)]);
    expect([spent(follow), follow.skipped, follow.records.length]).toEqual([
      [
        [100, 0, 10, 1],
        [5, 0, 1, 0],
      ],
      [],
      2,
    ]);
  });

  it('keeps its tokens when a later copy has none', async () => {
    expect(await responses(header(), answer('m-1', tokens(9, 3)), answer('m-1', null))).toEqual([[9, 0, 3, 0]]);
  });

  it('is in a history that was written anew, and counts once with what it was before', async () => {
    const summary = { ...answer('s-1', undefined), content: 'What was said so far' };
    const messages = [prompt('u-1', 'Hello'), summary, answer('m-1', tokens(9, 3)), answer('m-2', tokens(8, 2))];
    expect(await responses(header(), answer('m-1', tokens(9, 3)), { $set: { messages, lastUpdated: at(9) } })).toEqual([
      [9, 0, 3, 0],
      [8, 0, 2, 0],
    ]);
  });

  it('was paid for when the user went back before it', async () => {
    const lines = [
      prompt('u-1', 'Hello'),
      answer('m-1', tokens(9, 3)),
      { $rewindTo: 'u-1' },
      prompt('u-2', 'Hi'),
      answer('m-2', tokens(8, 2)),
    ];
    expect(await responses(header(), ...lines, { $set: { messages: [prompt('u-2', 'Hi')] } })).toEqual([
      [9, 0, 3, 0],
      [8, 0, 2, 0],
    ]);
  });

  it.each([
    ['tokens that are none', answer('m', 7), 'no_usage'],
    ['a negative count', answer('m', tokens(-1, 2)), 'bad_count'],
    ['a count that is a text', answer('m', tokens(1, 2, { thoughts: '3' })), 'bad_count'],
    ['more than any response uses', answer('m', tokens(1, 100_000_001)), 'bad_count'],
    ['no id', answer(undefined, tokens(1, 2)), 'no_key'],
    ['no time', { ...answer('m', tokens(1, 2)), timestamp: 0 }, 'bad_time'],
  ])('with %s is reported', async (_, bad, reason) => {
    const { records, skipped } = await read([header(), bad]);
    expect([records, skipped.map((skip) => skip.reason)]).toEqual([[], [reason]]);
  });

  it('is not what has no tokens, is of another kind or no message at all', async () => {
    const others = [
      answer('m-1', tokens(0, 0)),
      { ...answer('m-2', tokens(5, 5)), type: 'info' },
      { '"gemini"': 1 },
      { $set: 7 },
    ];
    const odd = [{ $set: { messages: 'none', kind: 5 } }, { $set: { messages: [null, 'x', 7] } }, { $rewindTo: null }];
    const follow = await read([header(), ...others, ...odd]);
    expect([follow.records, follow.skipped]).toEqual([[], []]);
  });

  it('has an unknown model when none is told, and no more from the cache than it took in', async () => {
    const { records } = await read([header(), answer('m', tokens(10, 2, { cached: 30 }), 0, { model: undefined })]);
    expect(records).toMatchObject([{ model: 'unknown', parts: { input: 0, cacheRead: 10 } }]);
  });
});

describe('the older format', () => {
  const messages = [prompt('u-1', 'Hello', 1), answer('m-1', tokens(9, 3), 2), answer('m-2', tokens(8, 2), 3)];
  const documentName = chatName.slice(0, -1);
  const document = JSON.stringify(header({ messages }), null, 2);

  it('is one document, read once, and again when it was written anew', async () => {
    const follow = new Following(geminiReader(), writeText(document, documentName));
    const { status, restarted, sightings } = await follow.read();
    expect([status, restarted, sightings]).toEqual([
      'end',
      false,
      [{ source: 'gemini', sessionId: session, from: noon, until: noon + 3, title: 'Hello' }],
    ]);
    expect(follow.records.map(({ offset, key }) => [offset, key])).toEqual([
      [1, `${session}/m-1`],
      [2, `${session}/m-2`],
    ]);
    expect(await follow.read()).toMatchObject({ records: [], restarted: false });
    fs.writeFileSync(follow.file, JSON.stringify(header({ messages: [...messages, answer('m-3', tokens(1, 1))] })));
    expect((await follow.read()).restarted).toBe(true);
    expect(spent(follow)).toHaveLength(3);
  });

  it('is never added to the newer one that is written when a session goes on', async () => {
    const old = await geminiReader().readFrom(writeText(document, documentName));
    const next = await reading(header(), ...messages, { $set: { sessionId: session } }, answer('m-3', tokens(1, 1)));
    expect([...new Responses().addAll([...old.records, ...next.records])]).toHaveLength(3);
  });

  it('gives its texts', async () => {
    const { utterances } = await geminiReader().textsFrom!(writeText(document, documentName));
    expect(utterances.map(({ text }) => text)).toEqual(['Hello', 'Done.', 'Done.']);
  });

  it.each([
    ['torn', document.slice(0, -9), 'malformed'],
    ['of another tool', '{"checkpoint": []}', 'unknown_format'],
    ['no object', '[]', 'unknown_format'],
    ['over the limit', document + ' '.repeat(5000), 'line_too_long'],
  ])('is reported when it is %s', async (_, text, reason) => {
    const follow = new Following(geminiReader({ maxDocumentBytes: 5000 }), writeText(text, documentName));
    expect((await follow.read()).status).toBe('end');
    expect([follow.records, follow.reasons]).toEqual([[], [`0 ${reason}`]]);
    expect((await follow.read()).skipped).toEqual([]);
  });

  it('says nothing while it is empty, and vanishes like any other', async () => {
    const follow = new Following(geminiReader(), writeText('', documentName));
    expect(await follow.read()).toMatchObject({ records: [], skipped: [], status: 'end' });
    const { cursor } = follow;
    fs.rmSync(follow.file);
    expect(await follow.read()).toEqual({ records: [], skipped: [], cursor, status: 'vanished', restarted: false });
  });
});

describe('a subagent', () => {
  it('belongs to the session in whose folder it is', async () => {
    const file = writeChat(
      [header({ sessionId: 'agent-1', kind: 'subagent' }), prompt('u', 'Look'), answer('m-1', tokens(9, 3))],
      `tmp/work/chats/${session}/agent-1.jsonl`,
    );
    const { records, sightings } = await geminiReader().readFrom(file);
    expect(records).toMatchObject([{ sessionId: session, agentId: 'agent-1', sidechain: true, key: 'agent-1/m-1' }]);
    expect(sightings).toEqual([{ source: 'gemini', sessionId: session, agentId: 'agent-1', from: noon, until: noon }]);
  });

  it('of an early version is a session of its own, beside the main one', async () => {
    const { records } = await reading(header({ kind: 'subagent' }), answer('m-1', tokens(9, 3)));
    expect(records).toMatchObject([{ sessionId: session, sidechain: true }]);
  });
});

describe('a session', () => {
  it('is seen with its times and its first prompt', async () => {
    const scene = prompt('u-0', '<session_context>\nThis is the Gemini CLI.\n</session_context>', 1);
    const lines = [
      header(),
      scene,
      prompt('u-1', '/model', 2),
      prompt('u-2', [{ text: '/home/dev/a.ts is ' }, { text: 'wrong' }], 3),
      prompt('u-3', 'More', 4),
    ];
    const tool = { ...prompt('u-4', [{ functionResponse: { id: 't' } }], 5) };
    expect((await reading(...lines, tool, { $set: { lastUpdated: at(80) } })).sightings).toEqual([
      { source: 'gemini', sessionId: session, from: noon, until: noon + 80, title: '/home/dev/a.ts is \nwrong' },
    ]);
  });

  it('has what was typed for its title, where more was sent', async () => {
    const typed = { ...prompt('u-1', 'Explain @a.ts and its 4000 lines'), displayContent: 'Explain @a.ts' };
    expect((await reading(header(), typed)).sightings).toMatchObject([{ title: 'Explain @a.ts' }]);
  });

  it('has a name of its file for its id where its header is damaged', async () => {
    const { records } = await reading('{"sessionId": torn', answer('m-1', tokens(9, 3)));
    expect(records).toMatchObject([{ sessionId: 'session-2026-10-01T12-00-5b7c2f0e' }]);
  });

  it('keeps its id and its title over the places where reading stopped', async () => {
    const lines = [
      header(),
      prompt('u-1', 'One'),
      answer('m-1', tokens(9, 3)),
      prompt('u-2', 'Two'),
      answer('m-2', tokens(8, 2)),
    ];
    const follow = new Following(geminiReader({ chunkBytes: 64, batchBytes: 64 }), writeChat(lines));
    const titles: unknown[] = [];
    do titles.push(...((await follow.read()).sightings ?? []).flatMap(({ title }) => title ?? []));
    while (follow.statuses.at(-1) === 'more');
    expect([titles, follow.records.map(({ sessionId }) => sessionId)]).toEqual([['One'], [session, session]]);
  });
});

describe('the directory', () => {
  const cwd = async (chat: string, files: Record<string, string>) => {
    const file = writeChat([header(), answer('m-1', tokens(9, 3))], `.gemini/${chat}`);
    const folder = file.slice(0, -chat.length);
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(dirname(join(folder, name)), { recursive: true });
      fs.writeFileSync(join(folder, name), text);
    }
    const { records, sightings } = await geminiReader().readFrom(file);
    expect(sightings?.[0]?.cwd).toBe(records[0]!.cwd);
    return records[0]!.cwd;
  };
  const list = JSON.stringify({ projects: { '/home/dev/other': 'other', '/home/dev/work': 'work' } });

  it("is written down in the project's folder", async () => {
    expect(await cwd(chatName, { 'tmp/work/.project_root': '/home/dev/here\n', 'projects.json': list })).toBe(
      '/home/dev/here',
    );
    const agent = `tmp/work/chats/${session}/agent-1.jsonl`;
    expect(await cwd(agent, { 'tmp/work/.project_root': '/home/dev/here' })).toBe('/home/dev/here');
  });

  it("is found in the list of all by the project's short name or hash", async () => {
    expect(await cwd(chatName, { 'projects.json': list })).toBe('/home/dev/work');
    const hash = createHash('sha256').update('/home/dev/work').digest('hex');
    expect(await cwd(chatName.replace('work', hash), { 'projects.json': list })).toBe('/home/dev/work');
  });

  it.each([
    ['there is no list', {}],
    ['the list is none', { 'projects.json': '[' }],
    ['the list is of another kind', { 'projects.json': '{"projects": [1]}' }],
    ['it is not in the list', { 'projects.json': '{"projects": {"/a": "b"}}' }],
    ['a folder is in its place', { 'tmp/work/.project_root/x': '' }],
  ])('is not told where %s', async (_, files) => expect(await cwd(chatName, files)).toBeUndefined());
});

describe('texts', () => {
  it('are prompts and answers, each once, with the key of its message', async () => {
    const lines = [header(), prompt('u-1', 'Why?', 1), answer('m-1', null, 2, { content: [{ text: 'Because.' }] })];
    const again = answer('m-1', tokens(9, 3), 2, { content: [{ text: 'Because.' }], toolCalls: [{ result: 'x' }] });
    const file = writeChat([...lines, again, answer('m-2', tokens(1, 1), 3, { content: '' })]);
    const { utterances, cursor } = await geminiReader().textsFrom!(file);
    expect(utterances).toEqual([
      { source: 'gemini', sessionId: session, by: 'user', at: noon + 1, text: 'Why?', key: `${session}/u-1` },
      { source: 'gemini', sessionId: session, by: 'agent', at: noon + 2, text: 'Because.', key: `${session}/m-1` },
    ]);
    expect((await geminiReader().textsFrom!(file, cursor)).utterances).toEqual([]);
  });
});
