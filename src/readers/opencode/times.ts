import { type Fields, fieldsOf } from '../fields.ts';

/** There are no dates after it. */
const latestMs = 8_640_000_000_000_000;

/** Unix ms of one of a message's times. */
export function timeIn(data: Fields, name: string): number | undefined {
  const at = fieldsOf(data['time'])?.[name];
  return typeof at === 'number' && at > 0 && at <= latestMs ? Math.round(at) : undefined;
}
