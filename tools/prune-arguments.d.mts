export function pruneArguments(args: readonly string[], workspace: string, folder: string): string[];
export function readOptions(args: readonly string[]): Map<string, string | undefined>;
export function find(path: string, workspace: string, folder: string): string;
