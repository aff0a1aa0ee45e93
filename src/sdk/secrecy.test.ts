import { inspect } from 'node:util';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Doorway, ownerToken } from '../../test/doorways/doorway.ts';
import { createClient } from './client.ts';
import { connect } from './live.ts';

/** What a program may log of the SDK's shows nobody's token. */

const showing = (value: unknown): string =>
  `${inspect(value, { depth: null, showHidden: true })} ${JSON.stringify(value)}`;

const serving = async (): Promise<Doorway> => {
  const door = await Doorway.open();
  onTestFinished(() => door.close());
  return door;
};

afterEach(() => void vi.unstubAllGlobals());

describe('no token is in', () => {
  it('a client, or what it answers', async () => {
    const door = await serving();
    const client = createClient({ url: door.url, token: ownerToken });
    const answer = await client.GET('/api/sessions');
    expect(answer.data?.sessions).toEqual([]);
    expect(showing([client, answer])).not.toContain(ownerToken);
  });

  it('a live view, what is followed with it, or the frames of either kind', async () => {
    const door = await serving();
    const { id } = await door.startSession();
    const live = connect({ url: door.url, token: ownerToken });
    const [frames, events] = [live.follow('*'), live.followEvents(id)];
    const heard = [await frames.next(), await events.next(), await events.next()];
    expect(heard.map(({ value }) => value as unknown)).toMatchObject([
      { type: 'back', url: door.url },
      { type: 'back', url: door.url },
      { type: 'started' },
    ]);
    const following = live.listen(id, { onFrame: () => {} });
    expect(showing([live, frames, events, following, heard])).not.toContain(ownerToken);
    live.close();
  });

  it('the refusal of a token that fits in no header', async () => {
    const token = 'first-line-of-it\nsecond';
    const refusal = 'the token has characters that no token has';
    expect(() => connect({ url: 'http://127.0.0.1:9', token })).toThrow(refusal);
    expect(() => createClient({ url: 'http://127.0.0.1:9', token })).toThrow(refusal);
  });
});

describe('connect', () => {
  it('says at once that a runtime has no WebSocket', () => {
    vi.stubGlobal('WebSocket', undefined);
    expect(() => connect({ url: 'http://127.0.0.1:9', token: ownerToken })).toThrow(
      'this runtime has no WebSocket: the SDK needs Node 22 or newer, or a browser',
    );
  });
});
