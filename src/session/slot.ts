/**
 * Five minutes of Unix time. Every offset that a time zone has today is a multiple of 15 minutes, so that no slot lies in two
 * buckets of any zone's calendar.
 */
export const slotMs = 300_000;

export const slotOf = (time: number): number => Math.floor(time / slotMs);
