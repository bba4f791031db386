import { findAttentionCores, findNorms } from '@sentei/anatomy';
import { GraphBuilder, inferTypes, tensorType, verify } from '@sentei/ir';
import { expect, test } from 'vitest';
import { forgettingModel } from '../../../anatomy/test/support/forgetting-attention.ts';
import { lowerToBlocks } from '../../src/blocks/lower-blocks.ts';
import { planBlocks } from '../../src/blocks/plan-blocks.ts';
import { matchAttention } from '../../src/matching/match-attention.ts';

test('uses standard operators only, the blocks in one branch and the whole in the other', () => {
  const model = forgettingModel();
  const types = inferTypes(model);
  const norms = new Map(findNorms(model.graph).map((norm) => [norm.output, norm]));
  const [core] = findAttentionCores(model.graph, types);
  const found = core && matchAttention(core, types, { norms, shapeOf: (v) => types.shapeOf(v) });
  const product = core?.output.producer;
  if (!found || 'reason' in found || !product) throw new Error('the fixture has no forgetting attention');
  const b = new GraphBuilder(model.graph, { before: product });
  const length = b.op('Shape', [core.query], { attributes: { start: 2n, end: 3n } });
  const plan = planBlocks(b, length, { block: 16, whole: 20 });
  const output = lowerToBlocks(b, found, plan, { tile: 4, epsilon: 1e-5, opset: model.opset, block: 16 });
  model.graph.replace(core.output, output);
  expect(verify(model)).toEqual([]);
  expect(output.type).toEqual(tensorType('float32', [null, null, null, 8]));
  const choice = output.producer;
  const operators = (branch: string) =>
    [...(choice?.subgraph(branch)?.allNodes() ?? [])].map((node) => node.opType);
  expect(choice?.opType).toBe('If');
  expect(operators('else_branch')).toEqual(['Transpose', 'MatMul', 'Add', 'Softmax', 'MatMul']);
  expect(
    operators('then_branch').filter((opType) => ['Scan', 'Gemm', 'Exp', 'Softmax'].includes(opType)),
  ).toEqual(['Exp', 'Exp', 'Scan', 'Gemm', 'Exp', 'Gemm']);
  expect([...model.graph.allNodes()].every((node) => node.domain === '')).toBe(true);
});
