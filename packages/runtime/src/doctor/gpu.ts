import { listGpus } from '../machine/gpus.ts';
import type { Host } from '../machine/host.ts';
import type { Finding } from './finding.ts';

/** Oldest drivers and GPUs, from the release notes of CUDA 12.0 and 13.0. */
const LIMITS: Readonly<Record<number, { readonly driver: number; readonly capability: number }>> = {
  12: { driver: 525, capability: 5 },
  13: { driver: 580, capability: 7.5 },
};

const INSTALL_DRIVER = 'install the NVIDIA driver of this machine; containers get it with --gpus all';

/**
 * What is to be said of the driver and each GPU.
 *
 * @param cuda version of CUDA that the provider was built for
 */
export async function examineGpus(host: Host, cuda: number): Promise<Finding[]> {
  const { gpus, reason } = await listGpus(host);
  const kernel = await host.readText('/proc/driver/nvidia/version');
  const loaded = /Kernel Module\s+(?:for \S+\s+)?(\d[\d.]*)/.exec(kernel ?? '')?.[1];
  const driver = gpus[0]?.driver ?? loaded;
  if (driver === undefined) {
    const detail = `no driver is loaded: ${reason}, and /proc/driver/nvidia/version is not there`;
    return [
      { group: 'cuda', subject: 'NVIDIA driver', status: 'missing', detail, fix: INSTALL_DRIVER },
      {
        group: 'cuda',
        subject: 'GPU',
        status: 'missing',
        detail: reason,
        fix: 'run on a machine with an NVIDIA GPU',
      },
    ];
  }
  const limits = LIMITS[cuda] ?? { driver: 0, capability: 0 };
  const isOld = Number.parseFloat(driver) < limits.driver;
  const findings: Finding[] = [
    {
      group: 'cuda',
      subject: 'NVIDIA driver',
      status: isOld ? 'broken' : 'ok',
      detail: isOld ? `${driver}; CUDA ${cuda} needs ${limits.driver} or later` : driver,
      ...(isOld ? { fix: `install driver ${limits.driver} or later` } : {}),
    },
  ];
  if (gpus.length === 0) {
    findings.push({
      group: 'cuda',
      subject: 'GPU',
      status: 'missing',
      detail: reason,
      fix: 'check what nvidia-smi says',
    });
  }
  for (const { name, memory, computeCapability } of gpus) {
    const isTooOld = computeCapability < limits.capability;
    const facts = `${name}, ${(memory / 2 ** 30).toFixed(0)} GiB, compute capability ${computeCapability.toFixed(1)}`;
    findings.push({
      group: 'cuda',
      subject: 'GPU',
      status: isTooOld ? 'broken' : 'ok',
      detail: isTooOld ? `${facts}; CUDA ${cuda} needs ${limits.capability} or later` : facts,
      ...(isTooOld ? { fix: 'use a newer GPU, or a build for an older CUDA' } : {}),
    });
  }
  return findings;
}
