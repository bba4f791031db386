/**
 * A thread of the worker. A run blocks the main thread, which then does not notice that its parent is gone; this one
 * does, and ends the process, so that a run of hours does not go on for nobody.
 */
import { workerData } from 'node:worker_threads';

const INTERVAL_MS = 500;

const parent = Number(workerData);

function isParentGone(): boolean {
  // Elsewhere than on Windows an orphan gets another parent; on Windows the id must be asked for.
  if (process.ppid !== parent) return true;
  try {
    process.kill(parent, 0);
    return false;
  } catch {
    return true;
  }
}

setInterval(() => {
  if (isParentGone()) process.kill(process.pid, 'SIGKILL');
}, INTERVAL_MS);
