import { type Model, readModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findAttentionCores } from '../src/attention.ts';
import { findBlocks } from '../src/blocks.ts';
import { findNorms } from '../src/norm.ts';

function count(model: Model): number[] {
  const { graph } = model;
  return [
    findBlocks(graph).blocks.length,
    [...findNorms(graph)].length,
    [...findAttentionCores(graph)].length,
  ];
}

test('mergekit #284, #398, #581: what is found goes by tables of names that grow old', async () => {
  const model = await readModel('checkpoints/fox-pro-6l/model.onnx');
  const before = count(model);
  let next = 0;
  for (const graph of model.graphs()) {
    graph.name = 'g';
    for (const value of [...graph.inputs, ...graph.initializers]) value.name = `t${next++}`;
    for (const node of graph.nodes()) {
      node.name = '';
      for (const output of node.outputs) output.name = `t${next++}`;
    }
  }
  expect(before.every((found) => found > 0)).toBe(true);
  expect(count(model)).toEqual(before);
});
