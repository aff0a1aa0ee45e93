import { expectSame, expectThat, numberAt, rowsAt, shown, textAt } from '../judge.ts';
import type { Body } from '../judge.ts';

/** The shapes of the document, field by field. A field that it marks optional may be absent; none may be null. */

const statuses = ['active', 'paused', 'completed'];

export const expectStatusWord = (body: Body): void =>
  expectThat(statuses.includes(textAt(body, 'status')), `status to be one of ${shown(statuses)}`, body['status']);

/** An optional field is absent or has the type; the document knows no null. */
const expectOptional = (body: Body, field: string, type: 'number' | 'string'): void =>
  expectThat(
    !(field in body) || typeof body[field] === type,
    `${field}, where it is there, to be a ${type} and never null`,
    shown(body[field]),
  );

export const expectUnixMs = (body: Body, field: string): void => {
  const value = numberAt(body, field);
  expectThat(value > 1e12 && value < 1e14, `${field} to be Unix time in milliseconds`, shown(value));
};

/** What starting a session answers. */
export const expectStarted = (body: Body): void => {
  textAt(body, 'id');
  expectUnixMs(body, 'startTime');
  numberAt(body, 'duration');
  expectStatusWord(body);
};

/** `interface Session` less its times of keeping, which the document's own `GET` leaves out. */
export const expectSession = (body: Body): void => {
  expectStarted(body);
  numberAt(body, 'tokensUsed');
  expectOptional(body, 'name', 'string');
  expectOptional(body, 'endTime', 'number');
  expectOptional(body, 'tokenBudget', 'number');
};

export const expectCheckpoint = (body: Body): void => {
  for (const field of ['id', 'sessionId', 'phase']) textAt(body, field);
  for (const field of ['promptCount', 'tokensUsed']) numberAt(body, field);
  expectUnixMs(body, 'timestamp');
};

export const expectUsage = (body: Body): void => {
  for (const field of ['id', 'sessionId', 'operation']) textAt(body, field);
  for (const field of ['tokensUsed', 'cumulativeTotal']) numberAt(body, field);
  expectUnixMs(body, 'timestamp');
};

export const expectUsageTotals = (body: Body): void => {
  for (const field of ['totalUsed', 'averagePerMinute', 'projectedTotal']) numberAt(body, field);
};

export const expectEvent = (body: Body, session: string): void => {
  for (const field of ['position', 'seq']) numberAt(body, field);
  expectSame('session of an event', body['session'], session);
  textAt(body, 'type');
  expectUnixMs(body, 'at');
  expectThat(typeof body['data'] === 'object' && body['data'] !== null, 'data of an event to be an object', body);
};

export const idsIn = (body: Body, field: string): string[] => rowsAt(body, field).map((row) => textAt(row, 'id'));

export const typesIn = (events: Body): string[] => rowsAt(events, 'events').map((event) => textAt(event, 'type'));
