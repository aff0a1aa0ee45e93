/** The state of the provider's limits, as Codex writes it down with each counter. */
import { type Fields, fieldsOf, textOf, timeOf } from '../fields.ts';
import type { Limit } from '../reader.ts';

/** By its length and not by its name: `primary` is five hours on some plans and a week on others. */
export function limitsIn(limits: Fields | undefined, at: number): Limit[] {
  if (limits === undefined || !isOfAllModels(limits)) return [];
  return ['primary', 'secondary'].flatMap((name) => limitOf(fieldsOf(limits[name]), at) ?? []);
}

/** Limits of single models come under ids of their own, and say nothing of the others. */
function isOfAllModels(limits: Fields): boolean {
  return [undefined, 'codex'].includes(textOf(limits['limit_id']));
}

function limitOf(window: Fields | undefined, at: number): Limit | undefined {
  const windowMinutes = window?.['window_minutes'];
  const usedPercent = window?.['used_percent'];
  if (!isPositive(windowMinutes) || typeof usedPercent !== 'number' || !(usedPercent >= 0)) return undefined;
  const resetsAt = resetOf(window!, at);
  return { source: 'codex', windowMinutes, usedPercent, ...(resetsAt !== undefined && { resetsAt }), at };
}

/** Unix seconds; in early versions seconds from then on, or an ISO time. */
function resetOf(window: Fields, at: number): number | undefined {
  const { resets_at: resetsAt, resets_in_seconds: inSeconds } = window;
  if (isPositive(resetsAt)) return Math.round(resetsAt * 1000);
  if (typeof inSeconds === 'number' && inSeconds >= 0) return at + Math.round(inSeconds * 1000);
  return timeOf(resetsAt);
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && Number.isFinite(value);
}
