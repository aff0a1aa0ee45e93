const everyMs = 3600_000;

/** Sweeps at once and then every hour; returns how to end it. */
export const sweepHourly = (sweep: () => Promise<void>, onError: (error: unknown) => void): (() => void) => {
  const look = () => void sweep().catch(onError);
  look();
  const timer = setInterval(look, everyMs);
  return () => clearInterval(timer);
};
