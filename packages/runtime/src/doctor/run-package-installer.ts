import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../machine/host.ts';
import type { OnnxRuntimeFiles } from './onnxruntime-files.ts';
import { runInstaller } from './run-installer.ts';

/**
 * Runs the installer that onnxruntime-node comes with, on a copy of it: it writes libraries straight to their places, beside
 * its own script, and an interruption would leave half of one there. It brings the build for CUDA 12.
 *
 * @param folder an empty folder in that of the package, so that the script finds what it requires
 * @returns the folder with the libraries
 * @throws SenteiError `install-failed`, `cancelled`
 */
export async function runPackageInstaller(
  host: Host,
  files: OnnxRuntimeFiles,
  { folder, signal }: { readonly folder: string; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  await cp(join(files.folder, 'script'), join(folder, 'script'), { recursive: true });
  await cp(join(files.folder, 'package.json'), join(folder, 'package.json'));
  const libraries = join(folder, 'bin', 'napi-v6', host.platform, host.arch);
  await mkdir(libraries, { recursive: true });
  await runInstaller({
    program: process.execPath,
    words: ['script/install'],
    folder,
    variables: { ...host.variables, TMPDIR: folder, ONNXRUNTIME_NODE_INSTALL: 'cuda12' },
    signal,
  });
  return libraries;
}
