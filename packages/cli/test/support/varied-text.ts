import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a text of which no two windows are the same, and returns its path. */
export async function savedVariedText(folder: string, bytes = 8192): Promise<string> {
  const path = join(folder, 'varied.txt');
  let state = 1;
  const letters = Uint8Array.from({ length: bytes }, () => {
    state = (state * 48271) % 0x7fffffff;
    return 97 + (state % 26);
  });
  await writeFile(path, letters);
  return path;
}
