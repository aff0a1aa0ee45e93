declare module 'pino-roll' {
  import type { SonicBoom } from 'sonic-boom';

  /** The few options that are used of pino-roll's. */
  export default function roll(options: {
    file: string;
    extension?: string;
    size?: string;
    mkdir?: boolean;
    maxLength?: number;
    limit?: { count: number };
  }): Promise<SonicBoom>;
}
