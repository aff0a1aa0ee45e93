import { isId } from '../../contract/ids.ts';
import { invalid } from '../../contract/problem.ts';
import type { ListPlace } from '../../journal/sessions.ts';

/** A place in the order of a list, opaque to the caller: what it names does not change, so a walk neither repeats nor drops. */
export const cursorOf = ({ startTime, id }: ListPlace): string =>
  Buffer.from(`${startTime}.${id}`).toString('base64url');

export const placeOf = (cursor: string): ListPlace => {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split('.');
  if (!/^\d{1,15}$/.test(time) || !isId(id)) {
    throw invalid([{ path: 'cursor', message: 'is not one that a list answered' }]);
  }
  return { startTime: Number(time), id };
};
