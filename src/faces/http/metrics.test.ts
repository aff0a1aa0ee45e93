/** GET /metrics: what Prometheus reads, after traffic that is known. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Doorway, ownerToken } from '../../../test/doorways/doorway.ts';
import { parseMetrics } from '../../metrics/exposition.suite.ts';
import type { Family } from '../../metrics/exposition.suite.ts';

let door: Doorway;

beforeEach(async () => {
  door = await Doorway.open();
});

afterEach(() => door.close());

const scrape = async (): Promise<Map<string, Family>> => {
  const { status, headers, body } = await door.request('GET', '/metrics');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  return parseMetrics(String(body));
};

/** The value of a sample that has at least these labels; undefined when there is none. */
const value = (families: Map<string, Family>, name: string, labels: Record<string, string> = {}): number | undefined =>
  [...families.values()]
    .flatMap(({ samples }) => samples)
    .find(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
    )?.value;

const requests = (families: Map<string, Family>, method: string, route: string, status: string) =>
  value(families, 'stint_http_request_duration_seconds_count', { method, route, status });

describe('GET /metrics', () => {
  it('is valid, says what each figure is, and names ours alone', async () => {
    await door.startSession({ name: 'one' });
    const families = await scrape();
    expect(families.size).toBeGreaterThan(20);
    const odd = [...families].filter(
      ([name, { help, type }]) =>
        !/^stint_[a-z_]+$/.test(name) ||
        help.length < 15 ||
        !['counter', 'gauge', 'histogram'].includes(type) ||
        name.endsWith('_total') !== (type === 'counter'),
    );
    expect(odd).toEqual([]);
  });

  it('counts appends, commits, receipts and sessions', async () => {
    const { id } = await door.startSession();
    await door.startSession();
    const path = `/api/sessions/${id}`;
    await door.request('POST', `${path}/tokens`, {
      json: { tokensUsed: 5, operation: 'chat' },
      headers: { 'idempotency-key': 'a-key' },
    });
    await door.request('PATCH', path, { json: { status: 'paused' } });
    const families = await scrape();
    expect(value(families, 'stint_appends_total')).toBe(4);
    expect(value(families, 'stint_commit_appends_sum')).toBe(4);
    expect(value(families, 'stint_commit_duration_seconds_count')).toBe(4);
    expect(value(families, 'stint_commit_duration_seconds_sum')).toBeGreaterThan(0);
    expect(value(families, 'stint_receipts_written_total')).toBe(1);
    expect(value(families, 'stint_sessions', { kind: 'timer', state: 'active' })).toBe(1);
    expect(value(families, 'stint_sessions', { kind: 'timer', state: 'paused' })).toBe(1);
    expect(value(families, 'stint_writer_queue_entries')).toBe(0);
    expect(value(families, 'stint_store_writable')).toBe(1);
    expect(value(families, 'stint_wal_bytes')).toBeGreaterThan(4096);
    await door.request('PATCH', path, { json: { status: 'completed' } });
    await door.request('DELETE', path);
    const later = await scrape();
    expect(value(later, 'stint_sessions', { kind: 'timer', state: 'active' })).toBe(1);
    expect(value(later, 'stint_sessions', { kind: 'timer', state: 'paused' })).toBeUndefined();
  });

  it('counts requests by pattern, method and class of status, and never tells an id', async () => {
    const { id } = await door.startSession();
    for (let i = 0; i < 3; i++) await door.request('GET', `/api/sessions/${id}`);
    await door.request('GET', '/api/sessions/01890a5d-ac96-774b-bcce-b302099a8057');
    await door.request('GET', '/nowhere/at/all');
    await door.request('PUT', '/api/sessions');
    await door.request('GET', '/api/sessions', { token: '' });
    const families = await scrape();
    expect(requests(families, 'POST', '/api/sessions', '2xx')).toBe(1);
    expect(requests(families, 'GET', '/api/sessions/:id', '2xx')).toBe(3);
    expect(requests(families, 'GET', '/api/sessions/:id', '4xx')).toBe(1);
    expect(requests(families, 'GET', 'none', '4xx')).toBe(1);
    expect(requests(families, 'PUT', 'none', '4xx')).toBe(1);
    expect(requests(families, 'GET', '/api/sessions', '4xx')).toBe(1);
    const labels = [...families.values()].flatMap(({ samples }) =>
      samples.flatMap((sample) => Object.values(sample.labels)),
    );
    expect(labels.filter((text) => /[0-9a-f]{8}-|nowhere/.test(text))).toEqual([]);
  });

  it('knows who is connected, and what was sent to them', async () => {
    const { id } = await door.startSession();
    const socket = new WebSocket(`${door.url.replace('http', 'ws')}/ws`, {
      headers: { authorization: `Bearer ${ownerToken}` },
    });
    await new Promise((resolve) => socket.once('open', resolve));
    const heard = new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify({ type: 'ping', sessionId: id }));
    await heard;
    const reading = new AbortController();
    await fetch(`${door.url}/api/sessions/${id}/events`, {
      headers: { authorization: `Bearer ${ownerToken}`, accept: 'text/event-stream' },
      signal: reading.signal,
    });
    const open = await scrape();
    expect([value(open, 'stint_sockets'), value(open, 'stint_event_streams')]).toEqual([1, 1]);
    expect(value(open, 'stint_socket_frames_sent_total')).toBeGreaterThanOrEqual(1);
    expect(value(open, 'stint_socket_readers_cut_off_total')).toBe(0);
    reading.abort();
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.close();
    await gone;
    await expect
      .poll(async () => {
        const now = await scrape();
        return [value(now, 'stint_sockets'), value(now, 'stint_event_streams')];
      })
      .toEqual([0, 0]);
    // They lasted as long as their reader liked: no request took that long.
    expect(requests(await scrape(), 'GET', '/ws', '1xx')).toBeUndefined();
    expect(requests(await scrape(), 'GET', '/api/sessions/:id/events', '2xx')).toBeUndefined();
  });

  it('tells of the process and of what runs in it', async () => {
    await scrape();
    const families = await scrape();
    expect(value(families, 'stint_build_info', { version: '0.1.0', node: process.version })).toBe(1);
    expect(value(families, 'stint_process_resident_memory_bytes')).toBeGreaterThan(20e6);
    expect(value(families, 'stint_process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(value(families, 'stint_event_loop_delay_seconds', { quantile: '0.99' })).toBeGreaterThanOrEqual(0);
    if (process.platform === 'linux') expect(value(families, 'stint_process_open_fds')).toBeGreaterThan(10);
  });

  it('is described in the operations guide, name by name', async () => {
    const guide = readFileSync(join(import.meta.dirname, '../../../docs/operations.md'), 'utf8');
    const named = new Set(
      [...guide.matchAll(/^\| (`stint_.*?) \|/gm)].flatMap(([, cell = '']) => cell.match(/stint_\w+/g) ?? []),
    );
    expect([...(await scrape()).keys()].toSorted()).toEqual([...named].toSorted());
  });

  it('is for the owner alone', async () => {
    expect((await door.request('GET', '/metrics', { token: '' })).status).toBe(401);
    const { token } = await door.newToken();
    expect((await door.request('GET', '/metrics', { token })).status).toBe(200);
    for (const role of ['member', 'viewer'] as const) {
      const other = await door.newUser(role, { role });
      const { status, problem } = await door.request('GET', '/metrics', { token: other.token });
      expect([role, status, problem.error]).toEqual([role, 403, 'forbidden']);
    }
  });

  it('counts what was turned away', async () => {
    const codes = Array.from({ length: 40 }, () =>
      door.request('POST', '/api/sign-in', { token: '', json: { code: 'wrong' } }),
    );
    const statuses = (await Promise.all(codes)).map(({ status }) => status);
    const refused = statuses.filter((status) => status === 429).length;
    expect(refused).toBeGreaterThan(0);
    expect(value(await scrape(), 'stint_http_requests_turned_away_total', { status: '429' })).toBe(refused);
  });
});
