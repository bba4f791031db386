export function signatureOf(error: unknown): string;
export function writeFinding(folder: string, target: string, bytes: Uint8Array, error: unknown): void;
