import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A folder for the length of the running test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-runtime-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a model for the length of the running test and returns its path. */
export async function modelFile(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'model.onnx');
  await writeFile(path, bytes);
  return path;
}

/** A file of the checkpoint that comes with the repository. */
export function checkpointFile(name: string): string {
  return fileURLToPath(new URL(`../../../../checkpoints/fox-pro-6l/${name}`, import.meta.url));
}
