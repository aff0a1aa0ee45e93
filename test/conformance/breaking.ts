import type { Passing } from './broken-proxy.ts';

/** Ways to break what passes a proxy. */

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Changes every object of an answer, however deep it lies. */
export const eachObject =
  (change: (object: Json) => void, fits: (passing: Passing) => boolean = () => true) =>
  (passing: Passing): void => {
    const visit = (value: unknown): void => {
      if (!isObject(value)) return;
      Object.values(value).forEach(visit);
      if (!Array.isArray(value)) change(value);
    };
    if (fits(passing)) visit(passing.body);
  };

export const scale = (field: string, factor: number) =>
  eachObject((object) => {
    if (typeof object[field] === 'number') object[field] *= factor;
  });

/** Changes a text wherever it stands in an answer. */
export const rewrite = (field: string, change: (text: string) => string) =>
  eachObject((object) => {
    if (typeof object[field] === 'string') object[field] = change(object[field]);
  });

export const statusInstead = (from: number, to: number) => (passing: Passing) => {
  if (passing.status !== from) return;
  passing.status = to;
  if (isObject(passing.body) && 'code' in passing.body) passing.body['code'] = to;
};

export const isPost = (end: string) => (passing: Passing) => passing.method === 'POST' && passing.path.endsWith(end);

/** Changes the rows that an answer has under a name. */
export const eachList = (field: string, change: (rows: Json[]) => Json[]) =>
  eachObject((object) => {
    const rows = object[field];
    if (Array.isArray(rows)) object[field] = change(rows as Json[]);
  });

/** Changes the body of a request. */
export const asking = (change: (body: Json, passing: Passing) => void) => (passing: Passing) => {
  if (isObject(passing.body)) change(passing.body, passing);
};
