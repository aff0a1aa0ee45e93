import type { Answer } from '../http.ts';
import { bodyOf, expectSame, expectStatus, expectThat, numberAt, shown, textAt } from '../judge.ts';
import type { Body } from '../judge.ts';

/** The shapes of the document, field by field. */

const isoUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** A `Date` on its way through JSON. */
export const timeAt = (body: Body, field: string): number => {
  const text = textAt(body, field);
  expectThat(isoUtc.test(text) && !Number.isNaN(Date.parse(text)), `${field} to be ISO 8601 in UTC`, shown(text));
  return Date.parse(text);
};

export const countAt = (body: Body, field: string): number => {
  const count = numberAt(body, field);
  expectThat(Number.isSafeInteger(count) && count >= 0, `${field} to be a count`, shown(count));
  return count;
};

export const textsAt = (body: Body, field: string): string[] => {
  const value = body[field];
  expectThat(
    Array.isArray(value) && value.every((text) => typeof text === 'string'),
    `${field} to be an array of strings`,
    shown(value),
  );
  return value as string[];
};

/** `interface SessionMetadata`. */
export const expectMetadata = (body: Body): void => {
  for (const field of ['id', 'name']) expectThat(textAt(body, field) !== '', `${field} not to be empty`, body);
  for (const field of ['eventCount', 'checkpointCount', 'size']) countAt(body, field);
  expectThat(
    timeAt(body, 'lastAccessed') >= timeAt(body, 'created'),
    'lastAccessed not to lie before created',
    shown(body),
  );
};

/** `interface ExecuteResult`. */
export const expectResult = (body: Body): void => {
  textAt(body, 'output');
  expectThat(typeof body['shouldExit'] === 'boolean', 'shouldExit to be a boolean', shown(body['shouldExit']));
};

/** `interface SessionMetrics`. */
export const expectMetrics = (body: Body): void => {
  countAt(body, 'commandCount');
  for (const field of ['averageExecutionTime', 'peakMemoryUsage', 'sessionSize'])
    expectThat(numberAt(body, field) >= 0, `${field} not to be negative`, shown(body[field]));
  timeAt(body, 'lastAccessed');
};

/** `interface SnapshotMetadata`. */
export const expectSnapshot = (body: Body): void => {
  for (const field of ['id', 'sessionName', 'description']) textAt(body, field);
  textsAt(body, 'tags');
  timeAt(body, 'created');
};

/** `interface CheckpointAnnotation`. */
export const expectAnnotation = (body: Body): void => {
  countAt(body, 'checkpointSeq');
  for (const field of ['label', 'description']) textAt(body, field);
  textsAt(body, 'tags');
  timeAt(body, 'created');
};

const fieldsOf: Record<string, readonly string[]> = {
  input: ['code'],
  output: ['value'],
  checkpoint: ['reason', 'stateId'],
  llm_req: ['prompt', 'receiptKey'],
  llm_resp: ['response', 'receiptKey'],
  error: ['message'],
};
const timed = new Set(['input', 'output', 'error']);

/** A member of `type SessionEvent`, but for its header. */
export const expectEvent = (event: Body): void => {
  const type = textAt(event, 'type');
  const fields = Object.hasOwn(fieldsOf, type) ? fieldsOf[type] : undefined;
  expectThat(fields !== undefined, `type of an event to be one of ${shown(Object.keys(fieldsOf))}`, type);
  countAt(event, 'seq');
  for (const field of fields ?? []) textAt(event, field);
  if (timed.has(type)) timeAt(event, 'timestamp');
};

/** The first line of a journal. */
export const expectHeaderOf = (header: Body, id: string): void => {
  expectSame('type of the header', header['type'], 'session');
  expectSame('version of the header', header['version'], 1);
  expectSame('id of the header', header['id'], id);
  timeAt(header, 'created');
};

/** What no error may show: a path of the server, a stack, SQL. */
const secrets = /node_modules|\.[jt]s:\d|\n\s+at |SQLITE|SELECT .* FROM/;

/** `{error, details?}`; the path of a bad field stands in the text. */
export const expectError = (answer: Answer, statuses: number | readonly number[], path = ''): string => {
  expectStatus(answer, ...(typeof statuses === 'number' ? [statuses] : statuses));
  const error = textAt(bodyOf(answer), 'error');
  expectThat(error.trim() !== '', `error of ${answer.asked} to say something`, shown(error));
  expectThat(!secrets.test(error), `the error of ${answer.asked} to show no path, stack or SQL`, answer.text);
  expectThat(error.includes(path), `error of ${answer.asked} to name the field ${path}`, shown(error));
  return error;
};

export const typesIn = (events: readonly Body[]): string[] => events.map((event) => textAt(event, 'type'));
export const seqsIn = (events: readonly Body[]): number[] => events.map((event) => numberAt(event, 'seq'));
