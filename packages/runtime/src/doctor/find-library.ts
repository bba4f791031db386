import { dirname, join } from 'node:path';
import type { Host } from '../machine/host.ts';
import { isFile } from './onnxruntime-files.ts';

/** Where the loader looks when nothing else says where: see ld.so(8). The last four are those of Debian and of Fedora. */
const DEFAULT_FOLDERS = [
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
];

/** Finds shared libraries as the loader of Linux would. */
export interface LibraryFinder {
  /**
   * @param name as in DT_NEEDED: `libcudart.so.13`
   * @param by the library that needs it, for its own folders
   * @returns the path, or `undefined`
   */
  find(
    name: string,
    by?: { readonly path: string; readonly runPath: readonly string[] },
  ): Promise<string | undefined>;
}

/**
 * Looks in `LD_LIBRARY_PATH`, in the run path of the library that needs it, in the cache of ld.so and in the folders of the
 * system, in this order (ld.so(8); DT_RPATH, which comes first there, is taken for a run path).
 */
export async function createLibraryFinder(host: Host): Promise<LibraryFinder> {
  const cache = await readLoaderCache(host);
  const listed = (host.variables.LD_LIBRARY_PATH ?? '').split(/[:;]/).filter((folder) => folder !== '');
  return {
    async find(name, by) {
      if (name.includes('/')) return (await isFile(name)) ? name : undefined;
      const own = by?.runPath.map((folder) => fillIn(folder, dirname(by.path))) ?? [];
      for (const folder of [...listed, ...own]) {
        if (await isFile(join(folder, name))) return join(folder, name);
      }
      const cached = cache.get(name);
      if (cached !== undefined && (await isFile(cached))) return cached;
      for (const folder of DEFAULT_FOLDERS) {
        if (await isFile(join(folder, name))) return join(folder, name);
      }
      return undefined;
    },
  };
}

function fillIn(folder: string, origin: string): string {
  return folder.replaceAll(/\$(?:ORIGIN|\{ORIGIN\})/g, origin);
}

/** `libcudart.so.13 (libc6,x86-64) => /usr/local/cuda/lib64/libcudart.so.13`, one a line. */
async function readLoaderCache(host: Host): Promise<ReadonlyMap<string, string>> {
  const said = (await host.run('ldconfig', ['-p'])) ?? (await host.run('/sbin/ldconfig', ['-p']));
  const found = new Map<string, string>();
  for (const [, name, kind, path] of (said?.stdout ?? '').matchAll(/^\s*(\S+) \(([^)]*)\) => (\S+)$/gm)) {
    if (name && path && kind?.includes('x86-64') && !found.has(name)) found.set(name, path);
  }
  return found;
}
