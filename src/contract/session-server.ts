/**
 * The types of a session server for a REPL whose code may call a language model, under the names that its document gives them. The
 * module stands alone. Times of events are ISO 8601; durations are ms, sizes bytes.
 */

/** What came of a command: all that it printed and its value, or the error as text. */
export interface ExecuteResult {
  output: string;
  /** The command asked to leave (`:quit`); the session stays. */
  shouldExit: boolean;
}

export interface SessionMetadata {
  id: string;
  name: string;
  created: Date;
  lastAccessed: Date;
  /** Events of its journal, without the header. */
  eventCount: number;
  checkpointCount: number;
  /** Bytes of its journal and its images. */
  size: number;
}

export interface ServerConfig {
  port: number;
  /** Where each session is mirrored as `<name>.jsonl`. */
  sessionDir: string;
  /** Sessions that are alive in memory at the most. */
  maxCachedSessions: number;
  /** How often full images of sessions that changed are written. */
  saveIntervalMs: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** A handle of a session's state; the image itself stays where it runs. */
export interface ReplState {
  stateId: string;
  /** Of the event that it is the state after; -1 before the first. */
  seq: number;
  language: string;
  /** Name and version of the engine, and the hash of its binary. */
  engine: string;
  /** Bytes of the image. */
  size: number;
  /** Names that the session's code has bound. */
  bindings: string[];
}

/** A state itself: the memory of the engine and where its stack stood. */
export interface State {
  engine: string;
  pages: Uint8Array;
  pointer: number;
}

export interface ISessionInstance {
  execute(command: string): Promise<ExecuteResult>;
  getState(): ReplState;
  getMetadata(): SessionMetadata;
  isDirty(): boolean;
  markClean(): void;
  /** Unix ms. */
  getLastAccessTime(): number;
  getChangesSinceLastSave(): SessionEvent[];
  updateSavePoint(): void;
}

export interface ISessionPool {
  get(name: string): ISessionInstance | undefined;
  add(name: string, instance: ISessionInstance): void;
  remove(name: string): boolean;
  getAll(): ISessionInstance[];
  getAllMetadata(): SessionMetadata[];
  getDirty(): ISessionInstance[];
  clear(): void;
  size(): number;
}

export interface IIncrementalWriter {
  appendEvents(events: SessionEvent[], state: ReplState): Promise<void>;
}

export interface ISessionPersister {
  save(session: ISessionInstance): Promise<void>;
  load(): Promise<ISessionInstance | null>;
  saveSync(session: ISessionInstance): void;
}

export interface IPersistenceManager {
  saveSession(session: ISessionInstance): Promise<void>;
  loadSession(name: string): Promise<ISessionInstance | null>;
  saveDirtySessions(): Promise<void>;
  forceSave(): Promise<void>;
  shutdown(): void;
}

export interface ISessionManager {
  getSession(name: string): Promise<ISessionInstance>;
  executeCommand(sessionName: string, command: string): Promise<ExecuteResult>;
  listSessions(): SessionMetadata[];
  saveDirtySessions(): Promise<void>;
  shutdown(): Promise<void>;
}

export interface IProcessManager {
  /** Resolves to the server's process id; undefined where it could not be started. */
  startServer(options?: Record<string, unknown>): Promise<number | undefined>;
  stopServer(): Promise<void>;
  isServerRunning(): Promise<boolean>;
  getServerPid(): Promise<number | null>;
}

export interface ISessionClient {
  init(): Promise<void>;
  executeCommand(sessionName: string, command: string): Promise<ExecuteResult>;
  listSessions(): Promise<SessionMetadata[]>;
  getSession(name: string): Promise<SessionMetadata | null>;
  forceSave(sessionName: string): Promise<void>;
}

/** A session's journal: the header, then events with `seq` from 0 without gaps. */
export type SessionEvent =
  | { type: 'session'; version: number; id: string; created: string }
  | { type: 'input'; seq: number; code: string; timestamp: string }
  | { type: 'output'; seq: number; value: string; timestamp: string }
  | { type: 'checkpoint'; seq: number; reason: string; stateId: string }
  | { type: 'llm_req'; seq: number; prompt: string; receiptKey: string }
  | { type: 'llm_resp'; seq: number; response: string; receiptKey: string }
  | { type: 'error'; seq: number; message: string; timestamp: string };

export interface ApiExecuteRequest {
  command: string;
}

export interface ApiExecuteResponse {
  output: string;
  shouldExit: boolean;
}

export interface ApiSessionListResponse {
  sessions: SessionMetadata[];
}

export interface ApiErrorResponse {
  error: string;
}

export const AccessMode = { ReadOnly: 'readonly', ReadWrite: 'readwrite' } as const;
export type AccessMode = AccessMode.ReadOnly | AccessMode.ReadWrite;
/** So that a member is a type as well, as one of an enum is. */
export declare namespace AccessMode {
  type ReadOnly = 'readonly';
  type ReadWrite = 'readwrite';
}

export interface SessionMetrics {
  commandCount: number;
  /** Of commands that ended, ms; 0 before the first. */
  averageExecutionTime: number;
  /** Bytes of the engine's memory at its largest. */
  peakMemoryUsage: number;
  lastAccessed: Date;
  /** Bytes of its journal and its images. */
  sessionSize: number;
}

export interface SnapshotMetadata {
  id: string;
  sessionName: string;
  created: Date;
  description: string;
  tags: string[];
}

export interface CheckpointAnnotation {
  checkpointSeq: number;
  label: string;
  description: string;
  tags: string[];
  created: Date;
}
