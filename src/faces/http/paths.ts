import type { FastifyInstance } from 'fastify';

/** The methods that a URL's path takes, none where there is no such path. */
export type MethodsAt = (url: string) => string[];

/** Notes every route that is registered from now on. Only refusals look here: fastify's own router finds no path by its methods. */
export const collectMethods = (app: FastifyInstance): MethodsAt => {
  const paths = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const met = paths.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const one of [method].flat()) met.methods.add(one.toUpperCase());
    paths.set(url, met);
  });
  return (url) => {
    const path = pathOf(url);
    const methods = new Set([...paths.values()].flatMap((met) => (met.pattern.test(path) ? [...met.methods] : [])));
    // Where a plugin's prefix is a path of its own, with a slash and without, fastify tells of one GET only, and of every HEAD.
    return methods.has('HEAD') ? [...methods.add('GET')] : [...methods];
  };
};

/** `/api/sessions/:id` and `/ui/*` as expressions. */
const patternOf = (url: string): RegExp => {
  const source = url
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll(/:\w+/g, '[^/]+');
  return new RegExp(`^${source}$`);
};

/** Of a whole URL in the request line its path. */
export const pathOf = (url: string): string => {
  const path = (url.split('?')[0] ?? '').replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '') || '/';
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
};
