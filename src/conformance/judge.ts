import { isDeepStrictEqual } from 'node:util';
import { Mismatch, Skipped } from './mismatch.ts';
import type { Answer } from './http.ts';

/** What a check says of what came: each throws a {@link Mismatch} that tells what was expected and what came instead. */

export type Body = Record<string, unknown>;

const longestShown = 300;

export const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
};

export const expectThat = (holds: boolean, expected: string, got: unknown): void => {
  if (!holds) throw new Mismatch(expected, typeof got === 'string' ? got : shown(got));
};

export const expectSame = (what: string, got: unknown, expected: unknown): void =>
  expectThat(isDeepStrictEqual(got, expected), `${what} to be ${shown(expected)}`, shown(got));

export const expectBetween = (what: string, got: number, least: number, most: number): void =>
  expectThat(got >= least && got <= most, `${what} between ${least} and ${most}`, shown(got));

/** Equal but for what arithmetic in another order may change. */
export const expectClose = (what: string, got: number, expected: number): void =>
  expectThat(Math.abs(got - expected) <= Math.abs(expected) * 1e-9 + 1e-9, `${what} to be ${expected}`, shown(got));

export const expectStatus = (answer: Answer, ...statuses: readonly number[]): void =>
  expectThat(statuses.includes(answer.status), `${answer.asked} to answer ${statuses.join(' or ')}`, summaryOf(answer));

/** Any status of success: the document names none. */
export const expectSuccess = (answer: Answer): void =>
  expectThat(
    answer.status >= 200 && answer.status < 300,
    `${answer.asked} to answer with a 2xx status`,
    summaryOf(answer),
  );

const summaryOf = ({ status, text }: Answer): string => `${status} ${text.slice(0, longestShown)}`.trim();

export const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectOf = (what: string, value: unknown): Body => {
  if (isObject(value)) return value;
  throw new Mismatch(`${what} to be an object`, shown(value));
};

/** The JSON object of an answer. */
export const bodyOf = (answer: Answer): Body => objectOf(`the body of ${answer.asked}`, answer.body);

export const numberAt = (body: Body, field: string): number => {
  const value = body[field];
  if (typeof value === 'number') return value;
  throw new Mismatch(`${field} to be a number`, shown(value));
};

export const textAt = (body: Body, field: string): string => {
  const value = body[field];
  if (typeof value === 'string') return value;
  throw new Mismatch(`${field} to be a string`, shown(value));
};

export const rowsAt = (body: Body, field: string): Body[] => {
  const value = body[field];
  if (!Array.isArray(value)) throw new Mismatch(`${field} to be an array`, shown(value));
  return value.map((row, i) => objectOf(`${field}[${i}]`, row));
};

/** A header of the answer begins so. */
export const expectHeader = (answer: Answer, name: string, beginning: string): void => {
  const value = String(answer.headers[name] ?? '');
  expectThat(value.startsWith(beginning), `${name} of ${answer.asked} to begin with ${beginning}`, shown(value));
};

/** The shape that every refusal has in the document. */
export const expectProblem = (answer: Answer, status: number): Body => {
  expectStatus(answer, status);
  const problem = bodyOf(answer);
  for (const field of ['error', 'message']) {
    expectThat(textAt(problem, field) !== '', `${field} of the refusal of ${answer.asked} to say something`, problem);
  }
  expectSame(`code of the refusal of ${answer.asked}`, problem['code'], status);
  return problem;
};

/** A refusal with the word that the contract has for it. */
export const expectRefusal = (answer: Answer, status: number, error: string): Body => {
  const problem = expectProblem(answer, status);
  expectSame(`error of the refusal of ${answer.asked}`, problem['error'], error);
  return problem;
};

/** A 400 that names the bad field. */
export const expectBadField = (answer: Answer, path: string): void => {
  const problem = expectRefusal(answer, 400, 'invalid_request');
  const paths = rowsAt(problem, 'details').map((row) => row['path']);
  expectThat(paths.includes(path), `details of ${answer.asked} to name the field ${shown(path)}`, paths);
};

/** A server by someone else need not have what the document does not speak of. */
export const skipUnlessFound = (answer: Answer): void => {
  if (answer.status === 404 || answer.status === 405) throw new Skipped(`the server has no ${answer.asked}`);
};
