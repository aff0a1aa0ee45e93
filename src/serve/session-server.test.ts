/** What the document of the session server names is what runs: the compiler proves the shapes, the tests that the names are all there. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ProcessManager } from '../cli/process-manager.ts';
import type { toReplEvent } from '../contract/repl-event.ts';
import type { executeRequest, executeResponse, replErrorSchema } from '../contract/repl-calls.ts';
import type {
  AccessMode,
  ApiErrorResponse,
  ApiExecuteRequest,
  ApiExecuteResponse,
  IIncrementalWriter,
  IPersistenceManager,
  IProcessManager,
  ISessionClient,
  ISessionInstance,
  ISessionManager,
  ISessionPersister,
  ISessionPool,
  ServerConfig,
  SessionEvent,
  SessionMetadata,
} from '../contract/session-server.ts';
import type { ReplMetadata } from '../runner/repl/repl-directory.ts';
import { ReplInstance } from '../runner/repl/repl-instance.ts';
import { ReplManager } from '../runner/repl/repl-manager.ts';
import { ReplMirror } from '../runner/repl/repl-mirror.ts';
import { ReplPersistence, ReplPersister } from '../runner/repl/repl-persistence.ts';
import { ReplPool } from '../runner/repl/repl-pool.ts';
import { SessionClient } from '../sdk/session-client.ts';
import type { Config } from './config.ts';
import type { ReplSpec } from '../contract/repl.ts';

/** Compiles only where the first may stand in the place of the second. */
type Is<Own extends Asked, Asked> = Own;

export type Proofs = [
  Is<ReplInstance, ISessionInstance>,
  Is<ReplPool<ReplInstance>, ISessionPool>,
  Is<ReplMirror, IIncrementalWriter>,
  Is<ReplPersister, ISessionPersister>,
  Is<ReplPersistence, IPersistenceManager>,
  Is<ReplManager, ISessionManager>,
  Is<ProcessManager, IProcessManager>,
  Is<SessionClient, ISessionClient>,
  Is<ReplMetadata, SessionMetadata>,
  Is<ReturnType<typeof toReplEvent>, SessionEvent>,
  Is<ServerConfig, Config>,
  Is<keyof ServerConfig, keyof Config>,
  Is<z.infer<typeof executeRequest>, ApiExecuteRequest>,
  Is<ApiExecuteRequest, z.infer<typeof executeRequest>>,
  Is<z.infer<typeof executeResponse>, ApiExecuteResponse>,
  Is<z.infer<typeof replErrorSchema>, ApiErrorResponse>,
  Is<ReplSpec['accessMode'], AccessMode>,
];

const running: Record<string, { of: abstract new (...args: never[]) => unknown; file: string; methods: string }> = {
  ISessionInstance: {
    of: ReplInstance,
    file: '../runner/repl/repl-instance.ts',
    methods: 'execute getState getMetadata isDirty markClean getLastAccessTime getChangesSinceLastSave updateSavePoint',
  },
  ISessionPool: {
    of: ReplPool,
    file: '../runner/repl/repl-pool.ts',
    methods: 'get add remove getAll getAllMetadata getDirty clear size',
  },
  IIncrementalWriter: { of: ReplMirror, file: '../runner/repl/repl-mirror.ts', methods: 'appendEvents' },
  ISessionPersister: {
    of: ReplPersister,
    file: '../runner/repl/repl-persistence.ts',
    methods: 'save load saveSync',
  },
  IPersistenceManager: {
    of: ReplPersistence,
    file: '../runner/repl/repl-persistence.ts',
    methods: 'saveSession loadSession saveDirtySessions forceSave shutdown',
  },
  ISessionManager: {
    of: ReplManager,
    file: '../runner/repl/repl-manager.ts',
    methods: 'getSession executeCommand listSessions saveDirtySessions shutdown',
  },
  IProcessManager: {
    of: ProcessManager,
    file: '../cli/process-manager.ts',
    methods: 'startServer stopServer isServerRunning getServerPid',
  },
  ISessionClient: {
    of: SessionClient,
    file: '../sdk/session-client.ts',
    methods: 'init executeCommand listSessions getSession forceSave',
  },
};

const textOf = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');

describe('interfaces of the session server', () => {
  it.each(Object.entries(running))('%s is declared and done by a class', (name, { of, file, methods }) => {
    expect(textOf(file)).toMatch(new RegExp(`class ${of.name}\\b[^{]* implements ${name} \\{`));
    for (const method of methods.split(' ')) expect(of.prototype).toHaveProperty(method, expect.any(Function));
  });

  it('are all of them', () => {
    const names = [...textOf('../contract/session-server.ts').matchAll(/^export interface (I[A-Z]\w+)/gm)];
    expect(new Set(names.map(([, name]) => name))).toEqual(new Set(Object.keys(running)));
  });
});
