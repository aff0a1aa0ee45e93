declare module 'pino-roll' {
  /** What is used of the stream that pino-roll makes. */
  interface RollingFile extends NodeJS.EventEmitter {
    write(line: string): boolean;
    flushSync(): void;
  }

  /** The few options that are used of pino-roll's. */
  export default function roll(options: {
    file: string;
    extension?: string;
    size?: string;
    mkdir?: boolean;
    maxLength?: number;
    limit?: { count: number };
  }): Promise<RollingFile>;
}
