import type { TelemetryIn } from '../readers/telemetry/telemetry.ts';

/** Where the telemetry goes that agents send of themselves. */
export interface Telemetry {
  /**
   * Takes what one export of a user's agents told; resolves when it is durable. The same export may come again, and other sources
   * may have told of the same: nothing is counted twice. When it throws, the exporter is told, and sends it again where the
   * problem is one that passes.
   */
  take(owner: string, told: TelemetryIn): Promise<void>;
}
