/** Small models, valid and hostile, by name. */
export const seeds: Readonly<Record<string, Uint8Array>>;
/** Hostile ones too large to keep as files. */
export const largeSeeds: Readonly<Record<string, () => Uint8Array>>;
