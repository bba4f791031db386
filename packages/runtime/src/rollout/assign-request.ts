import { createHash } from 'node:crypto';

/**
 * Whether the pruned model answers a request: always the same for the same request and seed, so that a request that takes
 * part at one share does at every larger one.
 *
 * @param id names the request, or the user where one should see one model only
 * @param share from 0, nobody, to 1, everybody
 */
export function takesPart(id: string, share: number, seed = 0): boolean {
  const number = createHash('sha256').update(`${seed}:${id}`).digest().readUInt32BE(0);
  return number / 2 ** 32 < share;
}
