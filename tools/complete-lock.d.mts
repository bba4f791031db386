/** Adds entries for optional packages of other platforms to a parsed package-lock.json; returns the names added. */
export function completeLock(lock: { packages: Record<string, unknown> }): string[];
