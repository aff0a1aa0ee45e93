import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalid, Problem } from '../../contract/problem.ts';
import { telemetryIn, telemetryTypes } from '../../readers/telemetry/telemetry.ts';
import type { TelemetryIn, TelemetrySignal, TelemetryType } from '../../readers/telemetry/telemetry.ts';
import { parseJson } from './json-body.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Takes exports of this kind, of OTLP: in protobuf besides JSON, packed if so wished. */
    telemetry?: TelemetrySignal;
  }
}

/** On its way. An exporter sends up to 512 records at once, each of which may quote what was said. */
export const largestExport = 4 * 1024 * 1024;
const largestUnpacked = 16 * 1024 * 1024;
/** Objects and lists in JSON, counted by their brackets: as many as a real one of that size has, some 35 bytes each. */
const mostBrackets = 500_000;

const patterns: readonly (readonly [TelemetryType, RegExp])[] = telemetryTypes.map((type) => [
  type,
  new RegExp(`^${type}\\s*(;|$)`, 'i'),
]);

/** Of an export; undefined where it is none. */
export const exportTypeOf = (contentType: string | undefined): TelemetryType | undefined =>
  patterns.find(([, pattern]) => pattern.test(contentType ?? ''))?.[0];

/** Parses the bodies of a scope's routes into what they tell. */
export const otlpBodies = (app: FastifyInstance): void => {
  const inTurn = newTurn();
  app.removeAllContentTypeParsers();
  for (const [type, pattern] of patterns) {
    app.addContentTypeParser(pattern, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
      body.length === 0 && type === 'application/json' ? undefined : inTurn(() => toldBy(request, type, body)),
    );
  }
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => {
    if (body.length > 0) throw new Problem('unsupported_media_type', `send ${telemetryTypes.join(' or ')}`);
    return undefined;
  });
  app.addHook('preValidation', (request, _reply, done) => {
    done(request.body === undefined ? invalid([{ path: '', message: 'the body is empty' }]) : undefined);
  });
};

const toldBy = async (
  { headers, routeOptions }: FastifyRequest,
  type: TelemetryType,
  body: Buffer,
): Promise<TelemetryIn> => {
  const bytes = await unpacked(body, headers['content-encoding']);
  if (type === 'application/json') checkBrackets(bytes);
  const value = type === 'application/json' ? parseJson(bytes) : bytes;
  return telemetryIn(value, type, routeOptions.config.telemetry ?? 'logs');
};

/** What is parsed takes many times its size in memory, and nobody else is served meanwhile. */
const checkBrackets = (bytes: Buffer): void => {
  let count = 0;
  for (let at = 0; at < bytes.length && count <= mostBrackets; at++) {
    if (bytes[at] === 0x7b || bytes[at] === 0x5b) count += 1;
  }
  if (count > mostBrackets) throw invalid([{ path: '', message: 'the body has too many objects' }]);
};

const unpack = promisify(gunzip);

const unpacked = async (body: Buffer, encoding = 'identity'): Promise<Buffer> => {
  if (/^identity$/i.test(encoding)) return body;
  if (!/^(x-)?gzip$/i.test(encoding)) {
    throw new Problem('unsupported_media_type', 'send the body as it is, or packed with gzip');
  }
  try {
    return await unpack(body, { maxOutputLength: largestUnpacked });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Problem('payload_too_large', `the body is larger than ${largestUnpacked} bytes when it is unpacked`);
    }
    throw invalid([{ path: '', message: 'the body is not what gzip makes' }]);
  }
};

/** One after the other: however many small bodies come that unpack to large ones, one of these is in memory at a time. */
const newTurn = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
};
