export function packAll(root: string, folder: string): Promise<Record<string, string>>;
export function wrongFiles(files: readonly string[]): string[];
