import { isTensorType, type Node, type Shape, type Value } from '@sentei/ir';
import { appliesWeights, type BranchFacts } from './branch-kind.ts';
import type { DependenceSearch } from './dependence.ts';
import type { Residual } from './residual.ts';

/**
 * Says why the stream before a branch cannot stand for the stream after it: broadcasting has changed its shape, or a cast
 * its element type. Sizes that are not known on both sides are taken for equal.
 */
export function shapeProblem(input: Value, branch: Value, output: Value): string | undefined {
  for (const other of [output, branch]) {
    if (!input.shape || !other.shape || !grows(input.shape, other.shape)) continue;
    return `the shortcut has the shape [${input.shape}], ${other} has [${other.shape}]`;
  }
  const [before, after] = [elementType(input), elementType(output)];
  if (before === undefined || after === undefined || before === after) return undefined;
  return `the shortcut holds ${before}, ${output} ${after}`;
}

function grows(from: Shape, to: Shape): boolean {
  if (to.length > from.length) return true;
  const offset = from.length - to.length;
  return to.some((size, axis) => {
    const before = from[axis + offset];
    return typeof size === 'number' && typeof before === 'number' && before !== size && size !== 1;
  });
}

function elementType(value: Value): string | undefined {
  return isTensorType(value.type) ? value.type.elementType : undefined;
}

/**
 * Says what else reads the inside of a branch, which would have to be computed all the same. What comes before the first
 * weights (a norm, an activation) only prepares the stream and may be shared.
 */
export function leakProblem(
  { nodes, stream, branch }: Residual,
  merge: Node,
  search: DependenceSearch,
  facts: BranchFacts,
): string | undefined {
  const inside = new Set([...nodes, merge]);
  const weighted = new Set<Node>();
  for (const node of nodes) {
    const isLater = search.dataReads(node).some((value) => {
      return !stream.has(value) && value.producer !== null && weighted.has(value.producer);
    });
    if (isLater || appliesWeights(node, facts)) weighted.add(node);
    if (!weighted.has(node) && !node.outputs.includes(branch)) continue;
    for (const output of node.outputs) {
      if (search.returns(output)) return `${output} of the branch is an output of the graph`;
      const readers = search.readers(output).filter((each) => !inside.has(each));
      const reader = readers.find((each) => !search.isReadForShape(each));
      if (reader !== undefined) return `${output} of the branch is also read by ${reader}`;
    }
  }
  return undefined;
}
