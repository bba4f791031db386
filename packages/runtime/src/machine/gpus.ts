import type { Host } from './host.ts';

/** One GPU as nvidia-smi describes it. */
export interface Gpu {
  readonly name: string;
  /** Bytes. */
  readonly memory: number;
  /** `9.0` for Hopper. */
  readonly computeCapability: number;
  readonly driver: string;
  /** Whether it says how much power it draws. */
  readonly tellsPower: boolean;
}

const QUERY = ['name', 'memory.total', 'compute_cap', 'driver_version', 'power.draw'];

/** The GPUs, or why there are none. */
export async function listGpus(
  host: Host,
): Promise<{ readonly gpus: readonly Gpu[]; readonly reason: string }> {
  const words = [`--query-gpu=${QUERY.join(',')}`, '--format=csv,noheader,nounits'];
  const said = await host.run('nvidia-smi', words);
  if (said === undefined) return { gpus: [], reason: 'there is no nvidia-smi' };
  if (said.code !== 0)
    return { gpus: [], reason: `nvidia-smi failed: ${said.stdout} ${said.stderr}`.replaceAll(/\s+/g, ' ') };
  const lines = said.stdout.split('\n').filter((line) => line.trim() !== '');
  const gpus = lines.flatMap((line) => {
    const [name, memory, capability, driver, power] = line.split(',').map((cell) => cell.trim());
    if (name === undefined || driver === undefined || !Number.isFinite(Number(memory))) return [];
    const tellsPower = Number.isFinite(Number.parseFloat(power ?? ''));
    return [
      { name, memory: Number(memory) * 2 ** 20, computeCapability: Number(capability), driver, tellsPower },
    ];
  });
  return { gpus, reason: gpus.length === 0 ? 'nvidia-smi lists no GPU' : '' };
}
