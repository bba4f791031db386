/** `full` measures what a report should stand on, `short` what shows that nothing is broken. */
export type Effort = 'full' | 'short';

/** Something that was not compared, with the reason: mostly what the original itself cannot run. */
export interface LeftOut {
  readonly part: 'quality' | 'fidelity' | 'speed' | 'placement';
  readonly what: string;
  readonly reason: string;
}
