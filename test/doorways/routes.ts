import { description } from './answers.ts';

/** Every route that openapi.json describes, and what a test has to know to call it. */

export interface Route {
  method: string;
  path: string;
  /** Whether it answers without a token. */
  isPublic: boolean;
  takesBody: boolean;
  needsBody: boolean;
  operationId: string;
}

/** An id of nothing. */
export const unknownId = '019a8f5e-7c1b-7000-8000-3b5f00000000';

/** Every route with its parameters filled in. */
export const describedRoutes = (parameter: (name: string, path: string) => string): Route[] =>
  Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security, requestBody, operationId }]) => ({
      operationId,
      method: method.toUpperCase(),
      path: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === 'seq' ? '0' : parameter(name, path))),
      isPublic: security !== undefined,
      takesBody: method === 'post' || method === 'patch' || method === 'put',
      needsBody: requestBody?.required ?? false,
    })),
  );

/** A body that each operation takes, where it needs one. */
export const bodies: Record<string, object> = {
  startSession: { duration: 1000 },
  changeSession: { name: 'n' },
  recordTokens: { tokensUsed: 1, operation: 'o' },
  reachCheckpoint: { phase: 'p', promptCount: 1 },
  addComment: { content: 'c' },
  createHook: { kind: 'webhook', url: 'https://example.com' },
  changeHook: { enabled: false },
  exportLogs: { resourceLogs: [] },
  exportMetrics: { resourceMetrics: [] },
  reportLimits: { limits: [{ source: 'claude', windowMinutes: 300, usedPercent: 1 }] },
  setBudget: { period: 'day', measure: 'tokens', limit: 1 },
  changeBudget: { limit: 1 },
  pushUsage: { machine: 'm', rows: [] },
  createReplSession: { name: 'n' },
  executeCommand: { command: '1' },
  completeCode: { code: 'a' },
  gotoReplEvent: { seq: 0 },
  forkReplSession: { name: 'n' },
  takeReplAccess: { clientId: 'c', mode: 'readonly' },
  importReplSession: { type: 'session', version: 1, id: 'imported', created: '2026-11-20T12:00:00.000Z' },
  annotateReplCheckpoint: {},
  createToken: { name: 'n' },
  addUser: { name: 'n' },
  changeUser: { name: 'n' },
  createTokenForUser: { name: 'n' },
  signIn: { code: 'c' },
};

/** A query that each operation takes, where it needs one. */
export const queries: Record<string, string> = {
  getAnalytics: 'period=day',
  search: 'q=word',
  searchReplSession: 'q=word',
};
