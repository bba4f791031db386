import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { startEngine } from '../process/engine.ts';
import { type Gpu, listGpus } from './gpus.ts';
import { thisHost } from './host.ts';
import { runtimePackageVersion } from './package-version.ts';

/** What a measurement depends on besides the models. */
export interface Machine {
  readonly cpu: string;
  /** Logical cores of the machine. */
  readonly logicalCores: number;
  /** Logical cores that this process may use: fewer in a container. */
  readonly usableCores: number;
  /** Bytes. */
  readonly memory: number;
  readonly operatingSystem: string;
  readonly node: string;
  /** Version of the installed onnxruntime-node package. */
  readonly onnxruntimeNode: string;
  /** Execution providers that can be created; see `RuntimeDescription`. */
  readonly providers: readonly string[];
  /** GPUs that `nvidia-smi` lists; memory in bytes. */
  readonly gpus: readonly Pick<Gpu, 'name' | 'memory' | 'driver'>[];
}

/**
 * Describes this machine. ONNX Runtime is asked in a process of its own.
 *
 * @throws SenteiError `runtime-failed` when ONNX Runtime does not start
 */
export async function describeMachine(): Promise<Machine> {
  const engine = await startEngine();
  await engine.close();
  const processors = cpus();
  const { gpus } = await listGpus(thisHost());
  return {
    cpu: processors[0]?.model.trim() || 'unknown',
    logicalCores: processors.length,
    usableCores: availableParallelism(),
    memory: totalmem(),
    operatingSystem: `${type()} ${release()} ${arch()}`,
    node: process.versions.node,
    onnxruntimeNode: await runtimePackageVersion(),
    providers: engine.runtime.providers,
    gpus: gpus.map(({ name, memory, driver }) => ({ name, memory, driver })),
  };
}
