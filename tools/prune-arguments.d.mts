export function pruneArguments(args: readonly string[], workspace: string, folder: string): string[];
