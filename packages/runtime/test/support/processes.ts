/** Whether a process with this id exists; a killed child that was waited for does not. */
export function isAlive(processId: number | undefined): boolean {
  if (processId === undefined) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

/** Polls until the process is gone, for at most ten seconds; returns whether it is. */
export async function isGoneSoon(processId: number): Promise<boolean> {
  for (let attempt = 0; attempt < 200 && isAlive(processId); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return !isAlive(processId);
}
