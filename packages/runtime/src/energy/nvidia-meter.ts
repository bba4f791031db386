import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { EnergyMeter, FoundMeter } from './meter.ts';

interface PowerSample {
  /** Milliseconds. */
  readonly time: number;
  readonly watts: number;
}

const SAMPLING_MS = 50;
const PATIENCE_MS = 10_000;

/** Momentary power first; older drivers have the average over a second alone. */
const FIELDS = ['power.draw.instant', 'power.draw'] as const;

/**
 * Opens NVIDIA's own tool as a meter of the first GPU: its power, sampled every 50 ms and integrated over time. The energy
 * counter of NVML would be exact, but the tool does not print it.
 */
export async function openNvidiaMeter(program: string): Promise<FoundMeter> {
  let reason = '';
  for (const field of FIELDS) {
    try {
      const sampling = await Sampling.start(program, field);
      await sampling.stop();
      return { status: 'found', meter: new NvidiaMeter(program, field) };
    } catch (error) {
      reason = (error as Error).message;
    }
  }
  return { status: 'unknown', reason: `${program} tells no power: ${reason}` };
}

class NvidiaMeter implements EnergyMeter {
  readonly method: string;
  readonly windowMs: number;
  readonly #program: string;
  readonly #field: string;

  constructor(program: string, field: (typeof FIELDS)[number]) {
    this.#program = program;
    this.#field = field;
    this.method = `nvidia-smi, ${field} of GPU 0 every ${SAMPLING_MS} ms, integrated`;
    this.windowMs = field === 'power.draw' ? 3000 : 1500;
  }

  async start() {
    const sampling = await Sampling.start(this.#program, this.#field);
    const begin = performance.now();
    return async () => {
      const end = performance.now();
      const samples = await sampling.finish();
      return { joules: integratePower(samples, begin, end), milliseconds: end - begin };
    };
  }
}

/**
 * Joules between two times: power is taken to change linearly between samples and to hold before the first and after the
 * last one.
 */
export function integratePower(samples: readonly PowerSample[], begin: number, end: number): number {
  const at = (time: number): number => {
    const next = samples.findIndex((sample) => sample.time >= time);
    const [before, after] = [samples[next - 1], samples[next]];
    if (after === undefined) return samples.at(-1)?.watts ?? Number.NaN;
    if (before === undefined) return after.watts;
    const share = (time - before.time) / (after.time - before.time);
    return before.watts + share * (after.watts - before.watts);
  };
  const inside = samples.filter(({ time }) => time > begin && time < end);
  const corners = [{ time: begin, watts: at(begin) }, ...inside, { time: end, watts: at(end) }];
  return corners.slice(1).reduce((sum, { time, watts }, index) => {
    const before = corners[index] ?? { time, watts };
    return sum + (((before.watts + watts) / 2) * (time - before.time)) / 1000;
  }, 0);
}

/** A running tool that prints one number per line. */
class Sampling {
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  readonly #samples: PowerSample[] = [];
  #hasEnded = false;

  private constructor(program: string, field: string) {
    this.#child = spawn(
      program,
      ['--id=0', `--query-gpu=${field}`, '--format=csv,noheader,nounits', `--loop-ms=${SAMPLING_MS}`],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    this.#closed = new Promise((resolve) => {
      const end = (): void => {
        this.#hasEnded = true;
        resolve();
      };
      this.#child.once('close', end);
      this.#child.once('error', end);
    });
  }

  /** Resolves with the first number. */
  static async start(program: string, field: string): Promise<Sampling> {
    const sampling = new Sampling(program, field);
    const child = sampling.#child;
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('it prints nothing')), PATIENCE_MS);
        const settle = (error?: Error): void => {
          clearTimeout(timer);
          if (error) reject(error);
          else resolve();
        };
        child.once('error', settle);
        child.once('close', (code) => settle(new Error(`it ended with ${code}`)));
        if (child.stdout === null) return;
        createInterface(child.stdout).on('line', (line) => {
          const watts = Number.parseFloat(line);
          if (Number.isNaN(watts)) return settle(new Error(`it says ${line.trim().slice(0, 80)}`));
          sampling.#samples.push({ time: performance.now(), watts });
          settle();
        });
      });
      return sampling;
    } catch (error) {
      await sampling.stop();
      throw error;
    }
  }

  /** @throws Error when the tool has ended before, so that the last samples would stand for a time they do not know */
  async finish(): Promise<readonly PowerSample[]> {
    if (this.#hasEnded) throw new Error('it ended while power was measured');
    await this.stop();
    return this.#samples;
  }

  /** May be called twice. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}
