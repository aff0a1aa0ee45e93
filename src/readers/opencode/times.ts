import { type Fields, fieldsOf } from '../fields.ts';

/** There are no dates after it. */
const latestMs = 8_640_000_000_000_000;

/** Unix ms, where it is a moment at all. */
export function momentOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value <= latestMs ? Math.round(value) : undefined;
}

/** One of a message's times. */
export function timeIn(data: Fields, name: string): number | undefined {
  return momentOf(fieldsOf(data['time'])?.[name]);
}
