import { GraphBuilder, type Model, type Node, Tensor, tensorType, type Value } from '@sentei/ir';

/** Outputs of a model that tell which keys one attention visits, by name. */
export interface KeyRangeTap {
  /** int64 [batch · heads · blocks, 1]: the first key that each query block but the first visits before its own, flattened. */
  readonly starts: string;
  /** int64 of the same shape: the first key of the block itself. Both are empty when the sequence is one block. */
  readonly ends: string;
  /** int64 [4]: shape of the output of the attention, [batch, heads, L, channels]. */
  readonly shape: string;
}

/**
 * Adds outputs to a model that tell which keys the attention rewritten by `acp` visits, for whatever is fed to it. Such
 * attention is found by its structure: a choice with a loop over query blocks that cuts keys out between two numbers of each
 * block.
 *
 * @param model is changed; a copy of the file is best
 * @returns one entry for each attention, in graph order
 */
export function tapKeyRanges(model: Model): KeyRangeTap[] {
  return [...model.graph.nodes()].flatMap((node) => {
    const ranges = node.is('If') ? rangesIn(node) : undefined;
    return ranges === undefined ? [] : [tap(model, node, ranges)];
  });
}

/** The values that a loop in the branch for several blocks cuts keys out between. */
function rangesIn(choice: Node): readonly [Value, Value] | undefined {
  for (const loop of choice.subgraph('then_branch')?.nodes() ?? []) {
    const body = loop.is('Scan') ? loop.subgraph('body') : undefined;
    const cut = body && [...body.allNodes()].find((node) => node.is('Slice'));
    const [start, end] = [cut?.input(1), cut?.input(2)];
    if (body === undefined || start === undefined || end === undefined) continue;
    const [starts, ends] = [body.inputs.indexOf(start), body.inputs.indexOf(end)].map((at) => loop.input(at));
    if (starts !== undefined && ends !== undefined) return [starts, ends];
  }
  return undefined;
}

function tap(model: Model, choice: Node, ranges: readonly [Value, Value]): KeyRangeTap {
  const { graph } = model;
  const [blocks, whole] = [choice.subgraph('then_branch'), choice.subgraph('else_branch')];
  blocks?.setOutputs([...blocks.outputs, ...ranges]);
  if (whole !== undefined) {
    const b = new GraphBuilder(whole);
    const none = () =>
      b.op('ConstantOfShape', [b.int64([0, 1])], { attributes: { value: Tensor.int64([0]) } });
    whole.setOutputs([...whole.outputs, none(), none()]);
  }
  const type = tensorType('int64', [null, 1]);
  const [starts, ends] = [graph.newValue('key_starts', type), graph.newValue('key_ends', type)];
  choice.setOutputs([...choice.outputs, starts, ends]);
  const shape = new GraphBuilder(graph).op('Shape', [choice.output(0) ?? null], {
    types: [tensorType('int64', [null])],
  });
  graph.setOutputs([...graph.outputs, starts, ends, shape]);
  return { starts: starts.name, ends: ends.name, shape: shape.name };
}

/** Keys before the block of a query, counted over all blocks of one head. */
export interface VisitedKeys {
  readonly visited: number;
  /** As many as there are before the blocks. */
  readonly all: number;
}

/**
 * Counts for each head which keys were visited, from what the outputs of a tap hold.
 *
 * @param shape [batch, heads, …]
 * @throws RangeError when the numbers are not of so many heads
 */
export function countVisitedKeys(
  starts: ArrayLike<bigint>,
  ends: ArrayLike<bigint>,
  shape: ArrayLike<bigint>,
): VisitedKeys[] {
  const [batch, heads] = [Number(shape[0] ?? 0), Number(shape[1] ?? 0)];
  const groups = batch * heads;
  if (starts.length !== ends.length || groups === 0 || starts.length % groups !== 0) {
    throw new RangeError(`${starts.length} ranges are not those of ${batch} × ${heads} heads`);
  }
  const blocks = starts.length / groups;
  // The first block that is listed begins where the one before it, the first of all, ends: at as many rows as a block has.
  const rows = Number(ends[0] ?? 0);
  const counts = Array.from({ length: heads }, () => ({ visited: 0, all: 0 }));
  for (let index = 0; index < starts.length; index += 1) {
    const count = counts[Math.floor(index / blocks) % heads];
    if (count === undefined) continue;
    count.visited += Number(ends[index]) - Number(starts[index]);
    count.all += rows * ((index % blocks) + 1);
  }
  return counts;
}
