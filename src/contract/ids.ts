import { z } from 'zod';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for a UUID in the one spelling stint writes: lower case, with hyphens. */
export const isId = (text: string): boolean => uuid.test(text);

export const idSchema = z
  .string()
  .regex(uuid)
  .meta({ format: 'uuid', example: '019a8f5e-7c1b-7000-8000-3b5f00000000' });

/**
 * The id of what an event brings into being (a usage row, a checkpoint, an alert): the command's own UUIDv7 with the
 * event's `seq` in its last 32 bits. The row behind an id is thus found by its place in the journal, without an index.
 */
export const entityId = (commandId: string, seq: number): string =>
  commandId.slice(0, 28) + (seq >>> 0).toString(16).padStart(8, '0');

/** The `seq` that {@link entityId} put into an id; the caller compares the whole id with the event it finds there. */
export const seqOfEntity = (id: string): number => Number.parseInt(id.slice(28), 16);
