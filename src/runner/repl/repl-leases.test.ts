import { describe, expect, it } from 'vitest';
import { AccessMode } from '../../contract/session-server.ts';
import { leaseMs, ReplLeases } from './repl-leases.ts';

const { ReadOnly, ReadWrite } = AccessMode;
const a = { user: 'u1', client: 'a' };
const b = { user: 'u1', client: 'b' };

const given = () => {
  let now = Date.parse('2026-11-20T12:00Z');
  const leases = new ReplLeases({ now: () => now });
  const write = (who: object = {}, session = 's') => leases.write(session, who, () => Promise.resolve('written'));
  return { leases, write, pass: (ms: number) => (now += ms) };
};
const locked = { kind: 'session_locked', status: 409, details: { client: 'a', until: '2026-11-20T12:00:30.000Z' } };

describe('a lease to write', () => {
  it('when one client holds it, then others do not write and do not get it', async () => {
    const { leases, write } = given();
    leases.take('s', a, ReadWrite);
    await expect(write(b)).rejects.toMatchObject(locked);
    await expect(write()).rejects.toMatchObject(locked);
    await expect(write({ ...a, user: 'u2' })).rejects.toMatchObject(locked);
    expect(() => leases.take('s', b, ReadWrite)).toThrow(/'a' writes, until 2026-11-20T12:00:30/);
    expect(await write(a)).toBe('written');
    expect(await write(b, 'other')).toBe('written');
  });

  it('when it is not used for 30 s, then it is over', async () => {
    const { leases, write, pass } = given();
    leases.take('s', a, ReadWrite);
    pass(leaseMs - 1);
    await expect(write(b)).rejects.toMatchObject({ kind: 'session_locked' });
    pass(1);
    expect(await write(b)).toBe('written');
    leases.take('s', b, ReadWrite);
  });

  it('when it is used, then it is renewed', async () => {
    const { leases, write, pass } = given();
    leases.take('s', a, ReadWrite);
    pass(leaseMs - 1);
    await write(a);
    pass(leaseMs - 1);
    await expect(write(b)).rejects.toMatchObject({ kind: 'session_locked' });
  });

  it('when what its client does takes longer, then it lasts as long, and 30 s more', async () => {
    const { leases, write, pass } = given();
    leases.take('s', a, ReadWrite);
    const { promise, resolve } = Promise.withResolvers<string>();
    const writing = leases.write('s', a, () => promise);
    pass(10 * leaseMs);
    await expect(write(b)).rejects.toMatchObject({ kind: 'session_locked' });
    resolve('done');
    expect(await writing).toBe('done');
    pass(leaseMs - 1);
    await expect(write(b)).rejects.toMatchObject({ kind: 'session_locked' });
    pass(1);
    expect(await write(b)).toBe('written');
  });

  it('when the clock is set back, then it is over in 30 s all the same', async () => {
    const { leases, write, pass } = given();
    leases.take('s', a, ReadWrite);
    pass(-100 * leaseMs);
    await expect(write(b)).rejects.toMatchObject({ kind: 'session_locked' });
    pass(leaseMs);
    expect(await write(b)).toBe('written');
  });

  it('when it is taken again while its client writes, then it is over 30 s after that all the same', async () => {
    const { leases, write, pass } = given();
    leases.take('s', a, ReadWrite);
    const { promise, resolve } = Promise.withResolvers<string>();
    const writing = leases.write('s', a, () => promise);
    leases.take('s', a, ReadWrite);
    pass(2 * leaseMs);
    await expect(write(b)).rejects.toMatchObject({ kind: 'session_locked' });
    resolve('done');
    await writing;
    pass(leaseMs);
    expect(await write(b)).toBe('written');
  });

  it('when it is given back, or its session is gone, then others write', async () => {
    const { leases, write } = given();
    leases.take('s', a, ReadWrite);
    leases.free('s', b);
    await expect(write(b)).rejects.toMatchObject({ kind: 'session_locked' });
    leases.free('s', a);
    expect(await write(b)).toBe('written');
    leases.take('s', a, ReadWrite);
    leases.drop('s');
    expect(await write(b)).toBe('written');
  });

  it('when what runs is refused, then it is renewed all the same', async () => {
    const { leases, write, pass } = given();
    leases.take('s', a, ReadWrite);
    pass(leaseMs - 1);
    await expect(leases.write('s', a, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    pass(leaseMs - 1);
    await expect(write(b)).rejects.toMatchObject({ kind: 'session_locked' });
  });
});

describe('a lease to read', () => {
  it('when clients hold it, then it keeps its own from writing alone', async () => {
    const { leases, write } = given();
    leases.take('s', a, ReadOnly);
    leases.take('s', b, ReadOnly);
    await expect(write(a)).rejects.toMatchObject({ kind: 'forbidden', status: 403 });
    expect(await write()).toBe('written');
    expect(await write({ user: 'u1', client: 'c' })).toBe('written');
  });

  it('when its client asks to write, then that is what it holds', async () => {
    const { leases, write } = given();
    leases.take('s', a, ReadOnly);
    leases.take('s', a, ReadWrite);
    expect(await write(a)).toBe('written');
    leases.take('s', a, ReadOnly);
    expect(await write(b)).toBe('written');
  });

  it('when there are a thousand, then there is no more until some are over', () => {
    const { leases, pass } = given();
    for (let i = 0; i < 1000; i++) leases.take('s', { user: 'u1', client: `${i}` }, ReadOnly);
    expect(() => leases.take('s', a, ReadOnly)).toThrow(/1000 leases/);
    leases.take('s', { user: 'u1', client: '0' }, ReadOnly);
    pass(leaseMs);
    leases.take('s', a, ReadOnly);
  });
});
