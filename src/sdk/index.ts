export { createClient, StintError, unwrap } from './client.ts';
export type { ApiError, ClientOptions, Schemas, Session, StintClient } from './client.ts';
export type { components, paths } from './schema.generated.ts';
