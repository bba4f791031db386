/** A law that does not hold. */
export class BrokenLaw extends Error {}
export function makeModelFolder(): string;
export function typedOnly<T>(work: () => T): T | undefined;
export function withinMemory<T>(check: () => T): T;
export function checkModel(bytes: Uint8Array, folder: string): 'refused' | 'read' | 'valid';
