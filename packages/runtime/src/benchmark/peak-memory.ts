import { readFile } from 'node:fs/promises';

/** The most memory a process has had at once so far, or why that is not known. */
export type PeakMemory =
  | { readonly status: 'known'; readonly bytes: number }
  | { readonly status: 'unknown'; readonly reason: string };

/**
 * Peak resident memory of another process, `VmHWM` of Linux: pages of files that it maps are counted, memory of a GPU is not.
 * `getrusage` would not do: after a fork its `maxRSS` starts from that of the parent.
 *
 * @param proc the folder where the kernel shows processes
 */
export async function readPeakMemory(processId: number | undefined, proc = '/proc'): Promise<PeakMemory> {
  if (processId === undefined) return { status: 'unknown', reason: 'the process has ended' };
  let status: string;
  try {
    status = await readFile(`${proc}/${processId}/status`, 'utf8');
  } catch {
    return { status: 'unknown', reason: `${proc}/${processId}/status cannot be read on this system` };
  }
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) return { status: 'unknown', reason: 'the kernel tells no VmHWM' };
  return { status: 'known', bytes: 1024 * Number(kibibytes) };
}
