import { it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { newFolder } from './data-folder.ts';
import { describeWhere } from './needs.ts';
import { ServerProcess } from './server-process.ts';
import { callsIn, Strace } from './strace.ts';
import type { Call } from './strace.ts';

// A page of the log is printed with up to four characters a byte; requests and answers are shorter.
const trace = ['-s', '8192', '--trace=read,pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg'];
const clients = 16;
const eachSends = 6;

describeWhere('strace', 'an acknowledgement', () => {
  it('leaves after the fsync of what it acknowledges', { timeout: 60_000 }, async () => {
    const server = await ServerProcess.start(newFolder());
    const client = server.client();
    const { id } = unwrap(await client.POST('/api/sessions', { body: { duration: 3_600_000 } }));
    const strace = await Strace.attach(server.pid, trace);
    const names = await Promise.all(Array.from({ length: clients }, (_, i) => send(client, id, `client-${i}`)));
    await strace.detach();

    const calls = callsIn(strace.lines.all);
    for (const name of names.flat()) expectSynced(calls, name);
  });
});

/** The names of the operations, each sent when the one before it was acknowledged. */
const send = async (client: StintClient, id: string, sender: string): Promise<string[]> => {
  const names: string[] = [];
  for (let n = 0; n < eachSends; n++) {
    const operation = `${sender}-operation-${n}.`;
    unwrap(
      await client.POST('/api/sessions/{id}/tokens', { params: { path: { id } }, body: { tokensUsed: 1, operation } }),
    );
    names.push(operation);
  }
  return names;
};

/** Request → its page in the log → an fsync of the log, begun after that and completed → the answer. */
const expectSynced = (calls: readonly Call[], name: string): void => {
  const about = (call: Call) => call.text.includes(name);
  const request = first(calls, `the request of ${name}`, (call) => call.name === 'read' && about(call));
  const answer = first(
    calls,
    `the answer to ${name}`,
    (call) => /^(write|writev|sendto|sendmsg)$/.test(call.name) && call.text.includes('HTTP/1.1 201') && about(call),
  );
  const write = first(
    calls,
    `${name} in the log`,
    (call) => call.name === 'pwrite64' && call.text.includes('.db-wal>') && call.began > request.ended && about(call),
  );
  const sync = first(
    calls,
    `an fsync for ${name}`,
    (call) => isSync(call) && call.text.includes('.db-wal>') && call.began > write.ended && call.result === 0,
  );
  if (sync.ended > answer.began) throw new Error(`the answer to ${name} left before its fsync was done`);
};

const isSync = ({ name }: Call): boolean => name === 'fsync' || name === 'fdatasync';

const first = (calls: readonly Call[], what: string, isIt: (call: Call) => boolean): Call => {
  const met = calls.find(isIt);
  if (met === undefined) throw new Error(`the trace does not show ${what}`);
  return met;
};
