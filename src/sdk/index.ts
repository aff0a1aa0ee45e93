export { createClient, StintError, unwrap } from './client.ts';
export type { ApiError, ClientOptions, Schemas, Session, StintClient } from './client.ts';
export type { EventFrame, FollowEvents } from './events.ts';
export type { Following, LiveFrame, LiveListener } from './follow.ts';
export { connect, everySession } from './live.ts';
export type { FollowOptions, Live } from './live.ts';
export type { FindServer, Server } from './server.ts';
export type { Timing } from './timing.ts';
export type { components, paths } from './schema.generated.ts';
