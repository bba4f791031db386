import { join } from 'node:path';
import { SenteiError } from '@sentei/ir';
import type { Host } from '../machine/host.ts';
import { cudaVersionOf, openedLater, packageOf } from './cuda-libraries.ts';
import { type ElfFile, readElfFile } from './elf.ts';
import type { LibraryFinder } from './find-library.ts';
import type { Finding } from './finding.ts';
import { examineGpus } from './gpu.ts';
import { holdsVersion, isFile, type OnnxRuntimeFiles, providerFile } from './onnxruntime-files.ts';
import type { ProviderTrial } from './try-provider.ts';

/** The version of CUDA that the wheels of ONNX Runtime 1.27 and later are built for. */
const USUAL_CUDA = 13;
const ELF_MACHINE: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };
const INSTALL = 'sentei doctor --install-cuda';

/** What a provider that is not a part of ONNX Runtime's own library is examined with. */
export interface ProviderExamination {
  readonly host: Host;
  readonly files: OnnxRuntimeFiles;
  readonly finder: LibraryFinder;
  /** Makes a session with the provider. */
  readonly attempt: () => Promise<ProviderTrial>;
}

/**
 * Looks at CUDA or TensorRT library by library: those of ONNX Runtime, those they need, the driver, the GPUs; then tries it.
 */
export async function examineProvider(
  provider: 'cuda' | 'tensorrt',
  { host, files, finder, attempt }: ProviderExamination,
): Promise<Finding[]> {
  if (host.platform !== 'linux' || host.arch !== 'x64') {
    const detail = `onnxruntime-node has it on linux/x64 alone, this is ${host.platform}/${host.arch}`;
    return [
      {
        group: provider,
        subject: 'provider',
        status: 'missing',
        detail,
        fix: 'use a Linux machine with an x86-64 processor',
      },
    ];
  }
  const findings: Finding[] = [];
  let main: ElfFile | undefined;
  for (const part of ['shared', provider]) {
    const { finding, elf } = await examineFile(part, provider, files, host.arch);
    findings.push(finding);
    if (part === provider) main = elf;
  }
  const cuda = cudaVersionOf(main?.needed ?? []) ?? USUAL_CUDA;
  if (main !== undefined) {
    const by = { path: join(files.binaries, providerFile(provider)), runPath: main.runPath };
    for (const name of main.needed) findings.push(await examineNeeded(name, { provider, cuda, finder, by }));
    const later = openedLater(cuda).filter((name) => !main.needed.includes(name));
    for (const name of later) {
      findings.push({ ...(await examineNeeded(name, { provider, cuda, finder, by })), isOptional: true });
    }
  }
  if (provider === 'cuda') findings.push(...(await examineGpus(host, cuda)));
  if (main !== undefined) findings.push(describeTrial(provider, await attempt()));
  return findings;
}

/** What can be done about a session that fails, where its words tell. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/libvulkan/, 'install a Vulkan loader and the driver of the GPU: apt-get install libvulkan1'],
  [
    /No supported adapters|Failed to get a WebGPU adapter/,
    'run on a machine with a GPU that Vulkan, Metal or Direct3D 12 knows',
  ],
  [/cannot open shared object file/, 'put the library that it names where the loader looks'],
  [/CUDA driver version is insufficient/, 'install a newer NVIDIA driver'],
  [/no CUDA-capable device/, 'run on a machine with an NVIDIA GPU; containers need --gpus all'],
  [/undefined symbol|version `/, INSTALL],
];

/** How a session with a provider went, as a finding. */
export function describeTrial(provider: string, trial: ProviderTrial): Finding {
  const about = { group: provider, subject: 'session' };
  if (trial.works) return { ...about, status: 'ok', detail: 'a small model runs' };
  const { reason } = trial;
  const fix = REMEDIES.find(([pattern]) => pattern.test(reason))?.[1];
  return { ...about, status: 'broken', detail: reason, ...(fix === undefined ? {} : { fix }) };
}

async function examineFile(
  part: string,
  provider: string,
  { binaries, version }: OnnxRuntimeFiles,
  arch: string,
): Promise<{ readonly finding: Finding; readonly elf?: ElfFile }> {
  const name = providerFile(part);
  const path = join(binaries, name);
  const about = { group: provider, subject: name };
  const fix = provider === 'cuda' ? INSTALL : `put ${name} of onnxruntime-gpu ${version} beside the others`;
  if (!(await isFile(path))) {
    return { finding: { ...about, status: 'missing', detail: `not in ${binaries}`, fix } };
  }
  const broken = (detail: string) => ({ finding: { ...about, status: 'broken' as const, detail, fix } });
  try {
    const elf = await readElfFile(path);
    if (elf.machine !== ELF_MACHINE[arch]) return broken(`${path} is for another processor`);
    // The shared part has no version in it: it only carries pointers from one side to the other.
    if (part === 'cuda' && !(await holdsVersion(path, version))) {
      return broken(`${path} is not of version ${version}, that of onnxruntime-node`);
    }
    const detail = part === 'cuda' ? `${version}, as onnxruntime-node: ${path}` : path;
    return { finding: { ...about, status: 'ok', detail }, elf };
  } catch (error) {
    if (!(error instanceof SenteiError)) throw error;
    return broken(error.message);
  }
}

interface Need {
  readonly provider: string;
  readonly cuda: number;
  readonly finder: LibraryFinder;
  readonly by: { readonly path: string; readonly runPath: readonly string[] };
}

async function examineNeeded(name: string, { provider, cuda, finder, by }: Need): Promise<Finding> {
  const about = { group: provider, subject: name };
  const path = await finder.find(name, by);
  if (path !== undefined) return { ...about, status: 'ok', detail: path };
  const found = packageOf(name, cuda);
  return {
    ...about,
    status: 'missing',
    detail: found ? `of ${found.product}, for CUDA ${cuda}` : 'a library of the system',
    fix: found?.fix ?? 'install the package of the system that has it',
  };
}
