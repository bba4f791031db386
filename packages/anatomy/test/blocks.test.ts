import { type GraphBuilder, type Model, readModel, type Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findBlocks } from '../src/blocks.ts';
import { dumpAnatomy } from './support/dump-anatomy.ts';
import {
  attention,
  mlp,
  modelOf,
  residualCnn,
  skipNormTransformer,
  transformer,
} from './support/residual-models.ts';

test.each(['pre', 'inside', 'none'] as const)('finds the blocks of a transformer with norm %s', (norm) => {
  const own = norm === 'none' ? 0 : 1;
  expect(dumpAnatomy(transformer({ norm }).graph)).toEqual([
    `0: ${norm} attention (${10 + own} nodes), ${norm} mlp (${4 + own} nodes)`,
    `1: ${norm} attention (${10 + own} nodes), ${norm} mlp (${4 + own} nodes)`,
  ]);
});

test('of a post-norm sub-block the norm behind the sum stays', () => {
  const { graph } = transformer({ norm: 'post' });
  expect(dumpAnatomy(graph)).toEqual([
    '0: post attention (10 nodes), post mlp (4 nodes)',
    '1: post attention (10 nodes), post mlp (4 nodes)',
  ]);
  const [first, second] = findBlocks(graph).blocks;
  expect(first?.output).toBe(second?.input);
  expect(first?.output.producer?.opType).toBe('LayerNormalization');
});

test.each(['parallel-sum', 'parallel-chain'] as const)('finds %s branches one by one', (layout) => {
  const { graph } = transformer({ layout });
  const { blocks, subBlocks, skipped } = findBlocks(graph);
  expect(skipped).toEqual([]);
  expect(subBlocks.map((part) => part.kind)).toEqual(['attention', 'mlp', 'attention', 'mlp']);
  expect(blocks.map((block) => block.subBlocks.length)).toEqual([2, 2]);
  expect(blocks[0]?.output).toBe(blocks[1]?.input);
});

test.each(['pre', 'post'] as const)('finds the blocks between skip norms in %s position', (norm) => {
  const opType = norm === 'pre' ? 'SkipSimplifiedLayerNormalization' : 'SkipLayerNormalization';
  // Skip norms stay as norms; the first of all norms is a plain one, which has no other reader in pre position.
  const first = norm === 'pre' ? 10 : 9;
  expect(dumpAnatomy(skipNormTransformer(2, norm, opType).graph)).toEqual([
    `0: ${norm} attention (${first} nodes), ${norm} mlp (3 nodes)`,
    `1: ${norm} attention (9 nodes), ${norm} mlp (3 nodes)`,
  ]);
});

test('residual CNN blocks are a block each, a projection shortcut is none', () => {
  const { graph } = residualCnn(3);
  const [shortcut] = [...graph.nodes()]
    .filter((node) => node.is('Add'))
    .map((node) => node.input(1)?.producer);
  expect(dumpAnatomy(graph)).toEqual([
    '0: none convolution (6 nodes)',
    '1: none convolution (6 nodes)',
    '2: none convolution (6 nodes)',
    `skipped Add: the shortcut passes through ${shortcut}, so it is not the identity`,
  ]);
});

test('a block ends with the mlp that follows a sub-block of another kind', () => {
  const model = modelOf((b, x) => {
    const join = (stream: Value, f: (b: GraphBuilder, x: Value) => Value) =>
      b.op('Add', [stream, f(b, stream)]);
    // Macaron layers, then attention without an mlp.
    return [mlp, attention, mlp, mlp, attention, mlp, attention, attention].reduce(join, b.op('Relu', [x]));
  });
  const kinds = findBlocks(model.graph).blocks.map((block) =>
    block.subBlocks.map((part) => part.kind).join(' '),
  );
  expect(kinds).toEqual(['mlp attention mlp', 'mlp attention mlp', 'attention', 'attention']);
});

test('finds blocks in subgraphs, and blocks that hold one', () => {
  const model = modelOf((b, x) => {
    const condition = b.op('Greater', [
      b.op('ReduceMax', [x], { attributes: { keepdims: 0n } }),
      b.float32([0], []),
    ]);
    const stream = b.op('Relu', [x]);
    const type = x.type ?? { kind: 'unknown' as const };
    const thenBranch = b.subgraph('then', [], (body) => {
      const inner = body.op('Neg', [stream]);
      return [{ value: body.op('Add', [inner, mlp(body, inner)]), type }];
    });
    const elseBranch = b.subgraph('else', [], (body) => [{ value: attention(body, stream), type }]);
    const gated = b.op('If', [condition], {
      attributes: { then_branch: thenBranch, else_branch: elseBranch },
    });
    return b.op('Add', [stream, gated]);
  });
  const { subBlocks } = findBlocks(model.graph);
  expect(subBlocks.map((part) => `${part.kind} in ${part.graph.name}`)).toEqual([
    'attention in main',
    'mlp in then',
  ]);
});

test('finds twelve sub-blocks and six blocks in the checkpoint', async () => {
  const { graph } = await readModel('checkpoints/fox-pro-6l/model.onnx');
  const line = (depth: number) => `${depth}: pre attention (88 nodes), pre mlp (16 nodes)`;
  expect(dumpAnatomy(graph)).toEqual([0, 1, 2, 3, 4, 5].map(line));
  const { blocks } = findBlocks(graph);
  for (const [depth, block] of blocks.slice(1).entries()) expect(block.input).toBe(blocks[depth]?.output);
});

test('the cost grows with the nodes, not with their square', () => {
  const uses = (model: Model) => countReads(model, () => findBlocks(model.graph));
  const [small, large] = [uses(transformer({ layers: 8 })), uses(transformer({ layers: 64 }))];
  expect(large / small).toBeLessThan(10);
});

/** How often anything asks a node for its inputs. */
function countReads(model: Model, action: () => void): number {
  let count = 0;
  for (const node of model.graph.nodes()) {
    const inputs = node.inputs;
    const get = () => {
      count++;
      return inputs;
    };
    Object.defineProperty(node, 'inputs', { get });
  }
  action();
  return count;
}
