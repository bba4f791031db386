import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** Whether the processes of others can be listed here: Linux has their environments in /proc. */
export const CAN_LIST = existsSync('/proc/self/environ');

/** Command lines of all processes that were started with a variable `SENTEI_TEST_MARK` of this value. */
export async function markedProcesses(mark: string): Promise<string[]> {
  const found: string[] = [];
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${id}/environ`, 'latin1').catch(() => '');
    if (!environment.split('\0').includes(`SENTEI_TEST_MARK=${mark}`)) continue;
    const words = await readFile(`/proc/${id}/cmdline`, 'latin1').catch(() => '');
    found.push(`${id} ${words.replaceAll('\0', ' ').trim()}`);
  }
  return found;
}

/** As `markedProcesses`, once there are none, or after ten seconds. */
export async function lastingProcesses(mark: string): Promise<string[]> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await markedProcesses(mark)).length === 0) return [];
    await wait(100);
  }
  return markedProcesses(mark);
}
