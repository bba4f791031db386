import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const NAME = /^\.sentei-([0-9a-f]{8})-(\d+)-[A-Za-z0-9]{6}$/;

/** The computer, since a process id says nothing on another one that sees the same folder. */
function thisComputer(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}

/** What the name of a staging folder of this process starts with; `mkdtemp` adds six letters. */
export function stagingPrefix(): string {
  return `.sentei-${thisComputer()}-${process.pid}-`;
}

/** Removes staging folders of runs that were killed on this computer: such a run cannot tidy up after itself. */
export async function removeStaleStaging(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, computer, id] = NAME.exec(name) ?? [];
    if (computer !== thisComputer() || isAlive(Number(id))) continue;
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // One that may not be asked is there.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
