import { mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those around it, one by one: Node's recursive form never returns where the system pretends that the
 * parent does not exist, as below /proc. What was made is taken back when one of them cannot be made.
 *
 * @returns the outermost folder that had to be made, if any
 * @throws the error of the system, with its `code`
 */
export async function makeFolders(folder: string): Promise<string | undefined> {
  const missing: string[] = [];
  let place = resolve(folder);
  while (!(await exists(place)) && dirname(place) !== place) {
    missing.unshift(place);
    place = dirname(place);
  }
  const [outermost] = missing;
  if (outermost === undefined) {
    if ((await stat(place)).isDirectory()) return undefined;
    throw Object.assign(new Error(`${folder} is no folder`), { code: 'ENOTDIR' });
  }
  try {
    for (const each of missing) await mkdir(each);
  } catch (error) {
    await removeEmptyFolders(resolve(folder), outermost);
    throw error;
  }
  return outermost;
}

/** Takes back what `makeFolders` made, from the innermost on, as far as nothing has been put there. */
export async function removeEmptyFolders(folder: string, outermost: string): Promise<void> {
  for (let place = resolve(folder); place.startsWith(outermost); place = dirname(place)) {
    const gone = await rmdir(place).then(
      () => true,
      (error) => error.code === 'ENOENT',
    );
    if (!gone) return;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
