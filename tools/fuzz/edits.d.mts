/** The file that a recipe of structural edits makes of the seeds. */
export function applyEdits(recipe: Uint8Array, seeds: readonly Uint8Array[]): Uint8Array;
