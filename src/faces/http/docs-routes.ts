import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { stringify } from 'yaml';

/** The API's description, generated from the schemas that validate requests. */

/** `version` is the contracts'; what answers has one of its own. */
const aboutOf = (serverVersion: string) => ({
  title: 'stint',
  version: '2.1.0',
  description:
    'One server for everything that an engineer keeps running with AI: sessions with time, tokens and their word. ' +
    `2.1.0 is the version of the contract; stint ${serverVersion} serves it.`,
  license: { name: 'MIT', identifier: 'MIT' },
});

const tags = [
  { name: 'timer', description: 'Sessions: time and token budget' },
  { name: 'research', description: 'Comments on sessions of every kind' },
  { name: 'usage', description: 'What every agent on the server’s machine has used' },
  { name: 'hooks', description: 'What is called when an alert is raised' },
  { name: 'access', description: 'Who may use the server' },
  { name: 'system', description: 'How the server is' },
];

const noLogo = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';

/** To be registered before the routes that it describes. */
export const describeApi = (app: FastifyInstance, serverVersion: string): void => {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: aboutOf(serverVersion),
      tags,
      servers: [{ url: '/' }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withOptionalBodies(oneNameEach(jsonSchemaTransformObject(document))),
  });
};

type Document = ReturnType<typeof jsonSchemaTransformObject> & { components?: { schemas?: object } };

const refTo = (name: string): string => `"#/components/schemas/${name}"`;

/**
 * Every schema comes in two forms, as input and as output. What is answered keeps its output form, what is only asked its
 * input form, and what nobody refers to goes.
 */
const oneNameEach = (document: Document): Document => {
  const { components, ...rest } = document;
  const schemas = (components?.schemas ?? {}) as Record<string, unknown>;
  const text = JSON.stringify(document);
  const kept = Object.keys(schemas)
    .filter((name) => !name.endsWith('Input'))
    .flatMap((name): [string, unknown][] => {
      if (text.includes(refTo(name))) return [[name, schemas[name]]];
      return text.includes(refTo(`${name}Input`)) ? [[name, schemas[`${name}Input`]]] : [];
    });
  const whole = JSON.stringify({ ...rest, components: { ...components, schemas: Object.fromEntries(kept) } });
  return JSON.parse(whole.replaceAll(/"#\/components\/schemas\/(\w+)Input"/g, '"#/components/schemas/$1"')) as Document;
};

interface Schema {
  type?: string;
  anyOf?: Schema[];
}

interface Body {
  required?: boolean;
  content: Record<string, { schema?: Schema }>;
}

/** A body that may be left out is described as one that may be left out, not as one that may be null. */
const withOptionalBodies = (document: Document): Document => {
  for (const operations of Object.values((document as { paths?: object }).paths ?? {})) {
    for (const { requestBody } of Object.values(operations as Record<string, { requestBody?: Body }>)) {
      const media = requestBody?.content['application/json'];
      const [body, none] = media?.schema?.anyOf ?? [];
      if (!requestBody || !media || !body || none?.type !== 'null') continue;
      requestBody.required = false;
      media.schema = body;
    }
  }
  return document;
};

export const docsRoutes = async (app: FastifyInstance): Promise<void> => {
  const hidden = { config: { token: 'none' as const }, schema: { hide: true } };
  app.get('/openapi.json', hidden, (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(app.swagger())),
  );
  app.get('/openapi.yaml', hidden, (_request, reply) =>
    reply.type('application/yaml; charset=utf-8').send(stringify(app.swagger())),
  );
  await app.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, token: 'none' };
    });
    await pages.register(swaggerUi, {
      routePrefix: '/docs',
      logo: { type: 'image/svg+xml', content: Buffer.from(noLogo), href: '/' },
      theme: { title: 'stint: API' },
      uiConfig: { deepLinking: true },
    });
  });
};
