/** Something that is not as it should be, for a person and for scripts. */
export interface Finding {
  /** `error`: data is damaged or at risk; `warning`: should be seen to; `info`: good to know, and no fault. */
  severity: 'error' | 'warning' | 'info';
  /** One snake_case word. */
  kind: string;
  what: string;
  /** What to do about it. */
  advice?: string;
  session?: string;
  position?: number;
  /** A path in the data folder, or the folder itself. */
  file?: string;
}

export const isFault = ({ severity }: Finding): boolean => severity !== 'info';
