import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnergyMeter, FoundMeter } from './meter.ts';

/** One counter of microjoules, which starts again from 0 after `range`. */
interface Zone {
  readonly name: string;
  readonly file: string;
  readonly range: number;
}

/**
 * Opens the counters that the processor keeps of its energy (Running Average Power Limit), which Linux shows as files: all
 * packages, and the memory beside them where it is counted. Cores and graphics are parts of a package, and the platform
 * (`psys`) has the packages in it, so neither is added. The counters cover everything that runs on the machine.
 */
export async function openRaplMeter(folder: string): Promise<FoundMeter> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return unknown(`there are no energy counters of the processor (${folder})`);
  }
  const zones: Zone[] = [];
  for (const entry of names.filter((name) => /^intel-rapl:\d+(:\d+)?$/.test(name)).sort()) {
    const zone = await openZone(join(folder, entry));
    if (typeof zone === 'string') return unknown(zone);
    if (/^(package|dram)/.test(zone.name)) zones.push(zone);
  }
  if (zones.length === 0) return unknown(`there are no energy counters of the processor in ${folder}`);
  return { status: 'found', meter: new RaplMeter(zones) };
}

function unknown(reason: string): FoundMeter {
  return { status: 'unknown', reason };
}

async function openZone(folder: string): Promise<Zone | string> {
  const file = join(folder, 'energy_uj');
  try {
    const name = (await readFile(join(folder, 'name'), 'utf8')).trim();
    const range = Number(await readFile(join(folder, 'max_energy_range_uj'), 'utf8'));
    await readCounter(file);
    if (!(range > 0)) return `${folder} has no range`;
    return { name, file, range };
  } catch (error) {
    return explainUnreadable(file, (error as NodeJS.ErrnoException).code ?? (error as Error).message);
  }
}

/** Why a counter cannot be read. */
export function explainUnreadable(file: string, code: string): string {
  // Since CVE-2020-8694 only root may read the counters.
  if (code === 'EACCES' || code === 'EPERM') return `${file} may only be read by root`;
  return `${file} cannot be read (${code})`;
}

async function readCounter(file: string): Promise<number> {
  const counter = Number((await readFile(file, 'utf8')).trim() || Number.NaN);
  if (!(counter >= 0)) throw new Error('not a counter');
  return counter;
}

class RaplMeter implements EnergyMeter {
  readonly method: string;
  /** Counters move about every millisecond. */
  readonly windowMs = 500;
  readonly #zones: readonly Zone[];

  constructor(zones: readonly Zone[]) {
    this.#zones = zones;
    this.method = `RAPL counters of ${zones.map(({ name }) => name).join(', ')}`;
  }

  async start() {
    const before = await this.#read();
    const begin = performance.now();
    return async () => {
      const milliseconds = performance.now() - begin;
      const after = await this.#read();
      const microjoules = this.#zones.map(({ range }, index) => {
        const difference = (after[index] ?? 0) - (before[index] ?? 0);
        return difference < 0 ? difference + range : difference;
      });
      return { joules: microjoules.reduce((sum, each) => sum + each, 0) / 1e6, milliseconds };
    };
  }

  #read(): Promise<number[]> {
    return Promise.all(this.#zones.map(({ file }) => readCounter(file)));
  }
}
