import { open, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SenteiError } from '@sentei/ir';
import { z } from 'zod';
import type { Host } from '../machine/host.ts';

/** Where the files of an installed onnxruntime-node are. */
export interface OnnxRuntimeFiles {
  /** Folder of the package. */
  readonly folder: string;
  readonly version: string;
  /** Folder of the binding, its library and its providers. */
  readonly binaries: string;
  /** File name of ONNX Runtime's own library. */
  readonly library: string;
}

const LIBRARIES: Readonly<Record<string, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
};

const manifest = z.object({ version: z.string().regex(/^\d+\.\d+\.\d+/) });
const PIECE = 2 ** 20;

/**
 * Finds the onnxruntime-node that the workers of this package use.
 *
 * @param packageFile its `package.json`, when another one is meant
 * @throws SenteiError `runtime-failed` when it is not installed
 */
export async function locateOnnxRuntime(
  { platform, arch }: Pick<Host, 'platform' | 'arch'>,
  packageFile?: string,
): Promise<OnnxRuntimeFiles> {
  try {
    const file = packageFile ?? createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
    const { version } = manifest.parse(JSON.parse(await readFile(file, 'utf8')));
    const folder = dirname(file);
    // The binding looks nowhere else: see dist/binding.js of the package.
    const binaries = join(folder, 'bin', 'napi-v6', platform, arch);
    return { folder, version, binaries, library: LIBRARIES[platform] ?? 'libonnxruntime.so.1' };
  } catch (cause) {
    throw new SenteiError('runtime-failed', 'onnxruntime-node is not installed', {
      subject: 'onnxruntime-node',
      hint: 'run npm install where Sentei is installed',
      cause,
    });
  }
}

/** File name of the library of a provider on Linux. */
export function providerFile(provider: string): string {
  return `libonnxruntime_providers_${provider}.so`;
}

/** Whether a library was built from a version: it has the number as a text of its own among its constants. */
export function holdsVersion(path: string, version: string): Promise<boolean> {
  return fileContains(path, Buffer.from(`\0${version}\0`, 'latin1'));
}

/** Whether bytes occur in a file, which is read piece by piece. @throws the error of the system */
export async function fileContains(path: string, bytes: Buffer): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(PIECE + bytes.length);
    let kept = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, kept, buffer.length - kept);
      if (bytesRead === 0) return false;
      const filled = buffer.subarray(0, kept + bytesRead);
      if (filled.includes(bytes)) return true;
      kept = Math.min(bytes.length - 1, filled.length);
      filled.copy(buffer, 0, filled.length - kept);
    }
  } finally {
    await file.close();
  }
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
