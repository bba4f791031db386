import type { PatchRecord } from '@sentei/ir';
import type { Report } from '../json/types.ts';

/** A change that was tried and measured on data, whatever became of it. */
export interface TriedChange {
  readonly pass: string;
  readonly patch: PatchRecord;
  /** Loss relative to the model that the pass found, on the data that decided last. */
  readonly drop: number;
  /** Which data that was. */
  readonly split: 'selection' | 'calibration';
  /** Parameters that are left with it. */
  readonly parameters: number;
  /** Block of the original that it is about; absent when it is about none or several. */
  readonly block: number | undefined;
}

/**
 * The changes of all passes that were judged on data: those with a loss among their scores. A pass says with the score
 * `parameters` how many a change takes out, which counts from the model as it then was.
 */
export function triedChanges({ passes, anatomy }: Report): TriedChange[] {
  const blocks = blocksByPlace(anatomy);
  return passes.flatMap((record, recordIndex) => {
    let left = record.before.parameters;
    return record.patches.flatMap((patch, patchIndex): TriedChange[] => {
      const { scores, decision } = patch;
      const taken = scores.parameters ?? 0;
      const parameters = left - taken;
      if (decision === 'applied') left = parameters;
      const split = scores.selectionDrop === undefined ? 'calibration' : 'selection';
      const drop = scores.selectionDrop ?? scores.calibrationDrop;
      if (drop === undefined || !Number.isFinite(drop)) return [];
      const found = blocks.get(`${recordIndex} ${patchIndex}`);
      const block = found?.size === 1 ? [...found][0] : undefined;
      return [{ pass: record.pass, patch, drop, split, parameters, block }];
    });
  });
}

function blocksByPlace(anatomy: Report['anatomy']): Map<string, Set<number>> {
  const blocks = new Map<string, Set<number>>();
  for (const [index, { subBlocks }] of (anatomy?.blocks ?? []).entries()) {
    for (const { record, patch } of subBlocks.flatMap(({ decisions }) => decisions)) {
      const key = `${record} ${patch}`;
      const known = blocks.get(key) ?? new Set();
      blocks.set(key, known.add(index));
    }
  }
  return blocks;
}
