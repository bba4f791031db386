import { access, constants, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Progress, removeAtExit, SenteiError } from '@sentei/ir';
import { type Host, thisHost } from '../machine/host.ts';
import { downloadWheel, hasPip } from './download-wheel.ts';
import { readElfFile } from './elf.ts';
import {
  holdsVersion,
  isFile,
  locateOnnxRuntime,
  type OnnxRuntimeFiles,
  providerFile,
} from './onnxruntime-files.ts';
import { runPackageInstaller } from './run-package-installer.ts';
import { unpackWheel } from './unpack-wheel.ts';

/** What an installation will do. */
export interface CudaPlan {
  /** `wheel`: of onnxruntime-gpu, through pip. `installer`: that of onnxruntime-node. `none`: everything is in place. */
  readonly source: 'wheel' | 'installer' | 'none';
  readonly version: string;
  /** Folder that the libraries go to. */
  readonly folder: string;
  /** Version of CUDA that they are built for; `undefined` where only the libraries themselves will tell. */
  readonly cuda: number | undefined;
  /** What it downloads and puts where, in a sentence. */
  readonly description: string;
}

/** What is now in place. */
export interface CudaInstallation {
  readonly status: 'installed' | 'already-in-place';
  readonly version: string;
  /** The libraries of the provider. */
  readonly files: readonly string[];
}

/** Where the CUDA provider is put, and who is told; everything has a default. */
export interface CudaOptions {
  readonly signal?: AbortSignal | undefined;
  /** Is told what is done next. */
  readonly onStep?: ((title: string) => void) | undefined;
  /** Is told how many megabytes of the step are done. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Default: this computer. */
  readonly host?: Host | undefined;
  /** `package.json` of the onnxruntime-node to install beside. Default: the one that models are run with. */
  readonly packageFile?: string | undefined;
}

/** The shared part comes first: without the other it does nothing. */
const PARTS = ['shared', 'cuda'] as const;
const MEGABYTE = 1e6;
/** Megabytes of version 1.30.0, to say beforehand; others are about as large. */
const SIZES = { wheel: 250, installer: 290, libraries: 270 } as const;

/**
 * Finds out how the CUDA provider of the version of the installed onnxruntime-node can be put in place. Downloads nothing.
 *
 * @throws SenteiError `install-failed` where there is no such provider, `runtime-failed` without onnxruntime-node,
 *   `output-unwritable` when its folder may not be written to
 */
export async function planCudaInstallation(options: CudaOptions = {}): Promise<CudaPlan> {
  const { host = thisHost(), packageFile } = options;
  if (host.platform !== 'linux' || host.arch !== 'x64') {
    throw new SenteiError(
      'install-failed',
      `there is no CUDA provider for onnxruntime-node on ${host.platform}/${host.arch}`,
      {
        subject: `${host.platform}/${host.arch}`,
        hint: 'it exists for Linux on x86-64 alone',
      },
    );
  }
  if (host.glibc === undefined) {
    throw new SenteiError(
      'install-failed',
      'the CUDA provider needs the GNU C library, and this system has another one',
      {
        subject: 'glibc',
        hint: 'use a distribution with glibc instead of musl',
      },
    );
  }
  const files = await locateOnnxRuntime(host, packageFile);
  const { version, binaries: folder } = files;
  if (await isInPlace(files)) {
    const description = `the CUDA provider of version ${version} is in place in ${folder}`;
    return { source: 'none', version, folder, cuda: undefined, description };
  }
  await access(folder, constants.W_OK).catch((cause) => {
    throw new SenteiError('output-unwritable', `${folder} may not be written to`, {
      subject: folder,
      hint: 'run it as the user who installed onnxruntime-node',
      cause,
    });
  });
  const put = `puts two libraries, about ${SIZES.libraries} MB, in ${folder}`;
  if (await hasPip(host)) {
    const description = `downloads the wheel onnxruntime-gpu ${version}, about ${SIZES.wheel} MB, with pip, and ${put}`;
    return { source: 'wheel', version, folder, cuda: undefined, description };
  }
  const description = `there is no pip, so it runs the installer of onnxruntime-node ${version}, which downloads about ${SIZES.installer} MB (the build for CUDA 12), and ${put}`;
  return { source: 'installer', version, folder, cuda: 12, description };
}

/**
 * Puts the libraries of the CUDA provider beside ONNX Runtime's own, whole or not at all. What is in place already stays.
 *
 * @throws SenteiError as {@link planCudaInstallation}, `install-failed` when the download or what it brought is not as it
 *   should be, `cancelled`
 */
export async function installCuda(options: CudaOptions = {}): Promise<CudaInstallation> {
  const { host = thisHost(), packageFile, signal } = options;
  const plan = await planCudaInstallation(options);
  const files = await locateOnnxRuntime(host, packageFile);
  const targets = PARTS.map((part) => join(files.binaries, providerFile(part)));
  if (plan.source === 'none') return { status: 'already-in-place', version: plan.version, files: targets };
  // Beside the places of the libraries, so that they are moved by rename; in the package, for its installer.
  const folder = await mkdtemp(join(files.folder, '.sentei-'));
  const settled = removeAtExit(folder);
  try {
    const bring = plan.source === 'wheel' ? fromWheel : fromInstaller;
    const libraries = await bring(host, files, folder, options);
    const staged: OnnxRuntimeFiles = { ...files, binaries: libraries };
    const fault = await faultOf(staged);
    if (fault !== undefined) {
      throw new SenteiError('install-failed', `what was downloaded cannot be used: ${fault}`, {
        hint: 'run it again, or report it',
      });
    }
    if (signal?.aborted) throw new SenteiError('cancelled', 'interrupted');
    for (const [index, part] of PARTS.entries()) {
      await rename(join(libraries, providerFile(part)), targets[index] ?? '');
    }
    return { status: 'installed', version: plan.version, files: targets };
  } finally {
    await rm(folder, { recursive: true, force: true });
    settled();
  }
}

async function fromWheel(
  host: Host,
  { version }: OnnxRuntimeFiles,
  folder: string,
  { signal, onStep = () => {}, onProgress }: CudaOptions,
): Promise<string> {
  const tell = (done: number, total: number) =>
    onProgress?.({ message: 'MB', done: Math.round(done / MEGABYTE), total: Math.round(total / MEGABYTE) });
  onStep(`downloading onnxruntime-gpu ${version}`);
  const wheel = await downloadWheel(host, {
    version,
    folder,
    signal,
    onProgress: (done, total) => tell(done, total ?? SIZES.wheel * MEGABYTE),
  });
  onStep('unpacking the libraries');
  let written = 0;
  await unpackWheel(
    wheel,
    `onnxruntime_gpu-${version}.dist-info/RECORD`,
    PARTS.map((part) => ({
      member: `onnxruntime/capi/${providerFile(part)}`,
      target: join(folder, providerFile(part)),
    })),
    {
      signal,
      onBytes: (bytes) => {
        written += bytes;
        tell(written, Math.max(written, SIZES.libraries * MEGABYTE));
      },
    },
  );
  return folder;
}

function fromInstaller(
  host: Host,
  files: OnnxRuntimeFiles,
  folder: string,
  { signal, onStep = () => {} }: CudaOptions,
): Promise<string> {
  onStep('running the installer of onnxruntime-node');
  return runPackageInstaller(host, files, { folder, signal });
}

async function isInPlace(files: OnnxRuntimeFiles): Promise<boolean> {
  return (await faultOf(files)) === undefined;
}

/** Why the libraries in the folder are not those of the version, or `undefined`. */
async function faultOf({ binaries, version }: OnnxRuntimeFiles): Promise<string | undefined> {
  for (const part of PARTS) {
    const path = join(binaries, providerFile(part));
    if (!(await isFile(path))) return `${providerFile(part)} is not there`;
    try {
      if ((await readElfFile(path)).machine !== 62) return `${providerFile(part)} is for another processor`;
    } catch (error) {
      if (error instanceof SenteiError) return error.message;
      throw error;
    }
  }
  const main = join(binaries, providerFile('cuda'));
  return (await holdsVersion(main, version))
    ? undefined
    : `${providerFile('cuda')} is not of version ${version}`;
}
