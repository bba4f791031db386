import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** Writes one file into a new folder of the test file, and tells its path. */
export function temporaryFiles(): (name: string, content: string | Uint8Array) => string {
  const folder = temporaryFolder();
  let count = 0;
  return (name, content) => {
    const path = join(folder(), `${count++}`, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
}
