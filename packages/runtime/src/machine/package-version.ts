import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { z } from 'zod';

/** Version of the installed onnxruntime-node package, which is not started for it. */
export async function runtimePackageVersion(): Promise<string> {
  const file = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return z.object({ version: z.string() }).parse(JSON.parse(await readFile(file, 'utf8'))).version;
}
