/** The document's client over HTTP, and the words about the server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { SessionClient, unwrap } from '../../sdk/index.ts';

let door: Doorway;
beforeAll(async () => {
  door = await Doorway.open();
});
afterAll(() => door.close());

const clientOf = (token = ownerToken, clientId?: string) =>
  new SessionClient({ url: door.url, token, ...(clientId !== undefined && { clientId }) });

const memberToken = async (name: string): Promise<string> => {
  const { id } = unwrap(await door.client().POST('/api/users', { body: { name, role: 'member' } }));
  const params = { path: { id } };
  const made = await door.client().POST('/api/users/{id}/tokens', { params, body: { name: 'hers' } });
  return door.secret(unwrap(made).token);
};

describe('a session client', () => {
  it('is let in, runs commands, and has sessions with dates', async () => {
    const client = clientOf();
    await client.init();
    expect(await client.executeCommand('mine', 'const n = 41; n + 1')).toEqual({ output: '42', shouldExit: false });
    expect(await client.executeCommand('mine', ':quit')).toEqual({ output: '', shouldExit: true });
    const session = await client.getSession('mine');
    expect(session).toMatchObject({ name: 'mine', eventCount: 3, checkpointCount: 1 });
    expect(session!.created).toBeInstanceOf(Date);
    expect(session!.lastAccessed.getTime()).toBeGreaterThanOrEqual(session!.created.getTime());
    expect(await client.listSessions()).toEqual([session]);
    expect(await client.getSession('nobody')).toBeNull();
    expect(await client.listSessions()).toHaveLength(1);
  });

  it('has a full image written, once', async () => {
    const client = clientOf();
    await client.executeCommand('saved', 'var n = 1');
    await client.forceSave('saved');
    await client.forceSave('saved');
    expect(await client.getSession('saved')).toMatchObject({ checkpointCount: 2 });
    expect(await client.executeCommand('saved', 'n')).toMatchObject({ output: '1' });
    await expect(client.forceSave('nobody')).rejects.toMatchObject({ status: 404 });
  });

  it('names who asks, and is told what is refused', async () => {
    await clientOf(ownerToken, 'me').executeCommand('named', '1');
    const { events } = unwrap(
      await door.client().GET('/api/repl/sessions/{name}/events', { params: { path: { name: 'named' } } }),
    );
    expect(events[0]).toMatchObject({ type: 'input', client: 'me' });
    await expect(clientOf('x'.repeat(40)).init()).rejects.toMatchObject({ status: 401 });
    await expect(clientOf().executeCommand('no name', '1')).rejects.toMatchObject({ status: 400 });
    await expect(clientOf().getSession('no name')).rejects.toMatchObject({ status: 400 });
  });

  it('sees its user’s own, and an owner all', async () => {
    const hers = clientOf(await memberToken('ada'));
    await hers.executeCommand('hers', '1');
    expect((await hers.listSessions()).map(({ name }) => name)).toEqual(['hers']);
    expect((await clientOf().listSessions()).map(({ name }) => name)).toContain('hers');
    expect(await clientOf().getSession('hers')).toBeNull();
  });
});

describe('words about the server', () => {
  it('tell its owner how it is', async () => {
    const { output } = await clientOf().executeCommand('mine', ':server status');
    expect(output.split('\n').map((line) => line.split(/\s{2,}/))).toEqual([
      ['process', String(process.pid)],
      ['address', door.url],
      ['version', expect.stringMatching(/^\d+\.\d+\.\d+/) as string],
      ['uptime', expect.stringMatching(/^\d+ (s|min)/) as string],
      ['sessions', expect.stringMatching(/^\d+ in memory, \d+ in all$/) as string],
    ]);
    expect((await clientOf().executeCommand('mine', ':help')).output).toMatch(/^:server stop/m);
    expect((await clientOf().executeCommand('mine', ':server go')).output).toMatch(/^there is no :server go/);
  });

  it.each([':server status', ':server stop'])('%s is the owner’s alone', async (word) => {
    const member = clientOf(await memberToken(`m${word.length}`));
    await expect(member.executeCommand('mine', word)).rejects.toMatchObject({
      status: 403,
      message: expect.stringMatching(/only the server’s owner/) as string,
    });
    await member.init();
  });
});
