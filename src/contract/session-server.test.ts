/** The names that the document gives are there, and stand alone. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AccessMode } from './session-server.ts';
import type { ExecuteResult, SessionEvent, SessionMetadata } from './session-server.ts';

const source = readFileSync(new URL('session-server.ts', import.meta.url), 'utf8');

describe('the types of a session server', () => {
  it('have the fields that the document asks for', () => {
    const metadata: SessionMetadata = {
      id: 'test',
      name: 'test',
      created: new Date(),
      lastAccessed: new Date(),
      eventCount: 0,
      checkpointCount: 0,
      size: 0,
    };
    const result: ExecuteResult = { output: 'hello', shouldExit: false };
    const event: SessionEvent = { type: 'checkpoint', seq: 0, reason: 'command', stateId: 'a' };
    expect([metadata.id, result.output, event.type]).toEqual(['test', 'hello', 'checkpoint']);
  });

  it('have modes of access that are values and types', () => {
    const mode: AccessMode.ReadOnly = AccessMode.ReadOnly;
    const any: AccessMode = AccessMode.ReadWrite;
    expect([mode, any]).toEqual(['readonly', 'readwrite']);
  });

  it('are all of the document’s', () => {
    const names = [...source.matchAll(/^export (?:interface|type|const) (\w+)/gm)].map(([, name]) => name);
    const asked = `ExecuteResult SessionMetadata ServerConfig ISessionInstance ISessionPool IIncrementalWriter ISessionPersister
      IPersistenceManager ISessionManager IProcessManager ISessionClient SessionEvent ApiExecuteRequest ApiExecuteResponse
      ApiSessionListResponse ApiErrorResponse AccessMode SessionMetrics SnapshotMetadata CheckpointAnnotation`;
    expect(names).toEqual(expect.arrayContaining(asked.split(/\s+/)));
  });

  it('depend on nothing', () => {
    expect(source).not.toMatch(/\bimport\b|\brequire\b|from '/);
  });
});
