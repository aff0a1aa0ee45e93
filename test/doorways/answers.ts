import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { ApiError, Schemas } from '../../src/sdk/index.ts';

/** Holds answers against openapi.json: every 2xx has the shape that the description promises, every refusal the one of all. */

interface Operation {
  operationId: string;
  requestBody?: { required?: boolean };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
  security?: object[];
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const text = readFileSync(join(import.meta.dirname, '..', '..', 'openapi.json'), 'utf8');
export const description = JSON.parse(text) as Description;

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(description, 'stint');
const pointer = (...steps: string[]): string =>
  `stint#/${steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

/** Path as the description has it, for the path of a request. */
const templates = Object.keys(description.paths).map((template) => ({
  template,
  pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

/** What the description has against an answer; nothing for a path that it does not know. */
export const objections = (method: string, path: string, status: number, body: unknown): string[] => {
  const template = templates.find(({ pattern }) => pattern.test(path))?.template;
  const verb = method.toLowerCase();
  const operation = template === undefined ? undefined : description.paths[template]?.[verb];
  if (template === undefined || operation === undefined) return [];
  const key = [String(status), `${String(status)[0]}XX`].find((name) => operation.responses[name]);
  if (key === undefined) return [`${method} ${template} does not say that it answers ${status}`];
  if (!operation.responses[key]?.content?.['application/json']) return [];
  const where = pointer('paths', template, verb, 'responses', key, 'content', 'application/json', 'schema');
  const validate = ajv.getSchema(where);
  if (validate === undefined) return [`no schema at ${where}`];
  return validate(body) ? [] : [`${method} ${template} ${status}: ${ajv.errorsText(validate.errors)}`];
};

/** Takes any answer of the server's as it comes, and objects where it is not as described. */
export const checked = async (request: Request, response: Response): Promise<Response> => {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const body = isJson && request.method !== 'HEAD' ? await response.clone().json() : undefined;
  if (body !== undefined) {
    expect(objections(request.method, new URL(request.url).pathname, response.status, body)).toEqual([]);
  }
  if (response.status >= 400 && request.method !== 'HEAD') {
    expectProblem(response.status, response.headers, body, new URL(request.url).pathname);
  }
  return response;
};

const isRepl = (path: string): boolean => /^\/api\/repl(\/|$)/.test(path);

/** A refusal of any contract in the words of the timer's. */
export const problemIn = (body: unknown): ApiError => {
  const isOfRepl = typeof body === 'object' && body !== null && 'kind' in body && !('message' in body);
  if (!isOfRepl) return body as ApiError;
  const { kind, error, ...rest } = body as Schemas['ReplError'];
  return { ...rest, error: kind, message: error };
};

/** A refusal: the shape of all, what has to come with its status, and nothing of the server's inside. */
export const expectProblem = (status: number, headers: Headers, body: unknown, path = ''): ApiError => {
  const problem = problemIn(body);
  // What `/health` answers while the server drains is no refusal.
  if (status === 503 && 'success' in (body as object)) return problem;
  expect(Object.keys(body as object).toSorted()).toEqual([
    'code',
    ...('details' in problem ? ['details'] : []),
    'error',
    isRepl(path) ? 'kind' : 'message',
    ...(/^\/api\/v1(\/|$)/.test(path) ? ['timestamp'] : []),
  ]);
  expect(problem.code).toBe(status);
  expect(problem.error).toMatch(/^[a-z]+(_[a-z]+)*$/);
  expect(problem.message).not.toBe('');
  expect(JSON.stringify(problem)).not.toMatch(
    /\/(tmp|home|root|work|usr)\/|\bat \S+ \(|\.ts:\d|SELECT |INSERT |UPDATE |SQLITE/i,
  );
  if (status === 429 || status === 503) expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  if (status === 401) expect(headers.get('www-authenticate')).toBe('Bearer');
  if (status === 405) expect(headers.get('allow')).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
  return problem;
};

/** Paths of the fields that a refusal names. */
export const badPaths = ({ details }: Pick<ApiError, 'details'>): string[] =>
  (details as { path: string }[] | undefined)?.map(({ path }) => path) ?? [];
