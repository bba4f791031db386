/** A model and the commands that take turns on it. */
export interface Measurement {
  readonly name: string;
  readonly model: string;
  readonly sides: Record<string, string[]>;
  readonly rounds?: number;
}

/** What one process measured. Seconds and bytes; `wall` includes the start of the process, `load` is the minute's mean. */
export interface Sample {
  readonly wall: number;
  readonly load: number;
  readonly failure?: string;
  readonly seconds?: Record<string, number>;
  readonly peak?: number;
  readonly nodes?: number;
  readonly left?: number;
}

/** Median and quartiles. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Side {
  readonly samples: readonly Sample[];
  readonly failure?: string;
  readonly seconds: Record<string, Spread>;
  readonly load: number;
  readonly peak?: number;
  readonly nodes?: number;
  readonly left?: number;
}

export interface Result {
  readonly name: string;
  readonly model: string;
  readonly sides: Record<string, Side>;
}

export interface Report {
  readonly date: string;
  readonly node: string;
  readonly processor: string;
  readonly memory: number;
  readonly results: readonly Result[];
}
