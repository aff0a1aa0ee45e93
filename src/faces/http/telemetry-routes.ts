import type { FastifyInstance, FastifyRequest } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import type { ApiError } from '../../contract/fields.ts';
import { telemetryTypes } from '../../readers/telemetry/telemetry.ts';
import type { TelemetryIn, TelemetrySignal } from '../../readers/telemetry/telemetry.ts';
import { callerOf } from './guard.ts';
import { exportAnswer, statusBytes } from './otlp-answers.ts';
import { exportTypeOf, largestExport, otlpBodies } from './otlp-body.ts';
import type { FaceParts } from './parts.ts';

/**
 * Telemetry that agents send of themselves, by OTLP over HTTP. A receipt under an `Idempotency-Key` is not needed: what is sent
 * again is known by what is in it.
 */

const protobuf = 'application/x-protobuf';

const attributes = z
  .array(
    z.looseObject({
      key: z.string(),
      value: z
        .looseObject({
          stringValue: z.string(),
          boolValue: z.boolean(),
          intValue: z.union([z.string().regex(/^-?\d{1,19}$/), z.int()]),
          doubleValue: z.number(),
        })
        .partial(),
    }),
  )
  .optional();

const nano = z
  .string()
  .regex(/^\d{1,20}$/)
  .optional()
  .meta({ description: 'Unix time, ns', example: '1795168800123000000' });

const about = z.looseObject({ attributes }).optional();
const scope = z.looseObject({ name: z.string().optional() }).optional();

const logRecord = z.looseObject({
  timeUnixNano: nano,
  eventName: z.string().optional(),
  body: z.looseObject({ stringValue: z.string().optional() }).optional(),
  attributes,
});

const metric = z.looseObject({
  name: z.string(),
  sum: z
    .looseObject({
      aggregationTemporality: z.int().min(1).max(2).meta({ description: '1: delta, 2: cumulative' }),
      dataPoints: z.array(
        z.looseObject({
          startTimeUnixNano: nano,
          timeUnixNano: nano,
          asInt: z.union([z.string().regex(/^-?\d{1,19}$/), z.int()]).optional(),
          asDouble: z.number().optional(),
          attributes,
        }),
      ),
    })
    .optional(),
});

const logs = z
  .looseObject({
    resourceLogs: z.array(
      z.looseObject({
        resource: about,
        scopeLogs: z.array(z.looseObject({ scope, logRecords: z.array(logRecord) })),
      }),
    ),
  })
  .meta({ id: 'ExportLogs', description: 'An ExportLogsServiceRequest; what is not known in it is passed over' });

const metrics = z
  .looseObject({
    resourceMetrics: z.array(
      z.looseObject({
        resource: about,
        scopeMetrics: z.array(z.looseObject({ scope, metrics: z.array(metric) })),
      }),
    ),
  })
  .meta({ id: 'ExportMetrics', description: 'An ExportMetricsServiceRequest; what is not known in it is passed over' });

/** An int64 is a text in protobuf's JSON. */
const partly = (rejected: string) =>
  z.object({ partialSuccess: z.object({ [rejected]: z.string(), errorMessage: z.string() }).optional() });

const described = {
  logs: {
    operationId: 'exportLogs',
    summary: 'Take the events that an agent sends of itself (OTLP)',
    body: logs,
    answer: partly('rejectedLogRecords'),
  },
  metrics: {
    operationId: 'exportMetrics',
    summary: 'Take the counters that an agent sends of itself (OTLP)',
    body: metrics,
    answer: partly('rejectedDataPoints'),
  },
} as const;

export const telemetryRoutes =
  ({ telemetry }: Pick<FaceParts, 'telemetry'>) =>
  async (app: FastifyInstance) => {
    otlpBodies(app);
    refuseInKind(app);
    // The body is described, not validated: by then it is what it tells.
    app.setValidatorCompiler<z.ZodType>((route) =>
      route.httpPart === 'body' ? (value) => ({ value }) : validatorCompiler(route),
    );
    for (const signal of ['logs', 'metrics'] as const) {
      app.post(`/v1/${signal}`, optionsOf(signal), async (request, reply) => {
        const told = request.body as TelemetryIn;
        const isEmpty = told.responses.length + told.totals.length + told.ignored === 0;
        if (!isEmpty) await telemetry.take(callerOf(request).user.id, told);
        const type = typeOf(request);
        return reply.type(type).send(exportAnswer(told, signal, type));
      });
    }
  };

const optionsOf = (signal: TelemetrySignal) => {
  const { operationId, summary, body, answer } = described[signal];
  return {
    config: { telemetry: signal },
    bodyLimit: largestExport,
    schema: {
      tags: ['usage'],
      operationId,
      summary,
      description:
        'Of Claude Code what tells of its usage is counted, reconciled with its transcripts; all else is taken and passed over. ' +
        'In JSON or protobuf, packed with gzip if so wished; answered, and refused, in the same.',
      consumes: [...telemetryTypes],
      body,
      querystring: noQuery,
      response: {
        200: {
          description: 'Taken; what of it was about usage and could not be counted, if anything',
          content: { 'application/json': { schema: answer }, [protobuf]: { schema: answer } },
        },
        '4XX': errorSchema,
        '5XX': errorSchema,
      },
    },
  };
};

const typeOf = ({ headers }: FastifyRequest) => exportTypeOf(headers['content-type']) ?? 'application/json';

/** In JSON a refusal has the shape of all, which is a `Status` as well, by its message; who sent protobuf gets that in protobuf. */
const refuseInKind = (app: FastifyInstance): void => {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode < 400 || typeof payload !== 'string' || typeOf(request) !== protobuf) return done();
    void reply.type(protobuf);
    done(null, statusBytes((JSON.parse(payload) as ApiError).message));
  });
};
