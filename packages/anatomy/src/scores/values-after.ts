import type { Node, Value } from '@sentei/ir';

/** Values that are computed from `start` without `end`. */
export function valuesAfter(start: Value, end: Node | undefined): Value[] {
  const found = [start];
  const seen = new Set<Value>(found);
  for (const value of found) {
    for (const node of value.consumers()) {
      if (node === end) continue;
      for (const output of node.outputs) {
        if (!seen.has(output)) found.push(output);
        seen.add(output);
      }
    }
  }
  return found;
}
