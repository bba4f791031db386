import { openNvidiaMeter } from './nvidia-meter.ts';
import { openRaplMeter } from './rapl-meter.ts';

/** Energy that was used between the start and the end of a window. */
export interface EnergyReading {
  readonly joules: number;
  readonly milliseconds: number;
}

/** Something that tells how much energy this machine, or a part of it, uses. */
export interface EnergyMeter {
  /** What is counted and how, for a report. */
  readonly method: string;
  /** The shortest window that the meter resolves well, in milliseconds. */
  readonly windowMs: number;
  /**
   * Begins a window.
   *
   * @returns ends the window and throws an `Error` where the meter failed meanwhile; call it once
   */
  start(): Promise<() => Promise<EnergyReading>>;
}

/** Where to look for a meter; the defaults are right outside of tests. */
export interface EnergySources {
  /** The kernel's folder of RAPL counters. */
  readonly powercap?: string | undefined;
  /** NVIDIA's command line tool: a name on the path, or a file. */
  readonly nvidiaSmi?: string | undefined;
}

/** A meter, or why there is none on this machine. */
export type FoundMeter =
  | { readonly status: 'found'; readonly meter: EnergyMeter }
  | { readonly status: 'unknown'; readonly reason: string };

/**
 * Finds the meter of what an execution provider runs on: RAPL counts the processor, `nvidia-smi` the first GPU. Never throws.
 */
export async function findEnergyMeter(
  executionProvider: 'cpu' | 'cuda',
  { powercap = '/sys/class/powercap', nvidiaSmi = 'nvidia-smi' }: EnergySources = {},
): Promise<FoundMeter> {
  return executionProvider === 'cuda' ? openNvidiaMeter(nvidiaSmi) : openRaplMeter(powercap);
}
