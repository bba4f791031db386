import type { Feeds, HostTensor } from '@sentei/data';

export type Label = number | string | readonly number[] | HostTensor;

/** What one example of a user's data is made of. */
export interface Example {
  readonly source: string;
  readonly hash: string;
  readonly inputs: readonly Feeds[];
  readonly label?: Label | undefined;
}

/** Examples in a fixed order, read as they are asked for. */
export interface Dataset {
  readonly name: string;
  readonly size: number;
  readonly fingerprint: string;
  read(from?: number, to?: number, signal?: AbortSignal): AsyncIterable<Example>;
}
