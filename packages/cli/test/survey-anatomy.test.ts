import { readModel, removeUnread, runPipeline } from '@sentei/ir';
import { acp } from '@sentei/pass-acp';
import { expect, test } from 'vitest';
import { surveyAnatomy } from '../src/survey-anatomy.ts';
import { byteModel } from './support/models.ts';

const context = { logger: console, judge: undefined, maxDrop: 0.01, progress: () => undefined };

test('a model that nothing was done to is all there', () => {
  const { blocks, skipped } = surveyAnatomy(byteModel()).outcome([]);
  expect(skipped).toEqual([]);
  expect(blocks).toHaveLength(1);
  const [part] = blocks[0]?.subBlocks ?? [];
  expect(part).toMatchObject({ kind: 'mlp', norm: 'none', heads: null, mergeLeft: true, decisions: [] });
  expect(part?.nodesLeft).toBe(part?.nodes);
});

test('what a pass decided is found at the branch it is about', async () => {
  const model = await readModel('checkpoints/fox-pro-6l/model.onnx');
  const survey = surveyAnatomy(model);
  const records = await runPipeline(model, [acp()], context);
  const parts = survey.outcome(records).blocks.flatMap(({ subBlocks }) => subBlocks);
  const attention = parts.filter(({ kind }) => kind === 'attention');
  expect(attention.map(({ heads }) => heads)).toEqual(Array(6).fill(4));
  expect(attention.map(({ decisions }) => decisions)).toEqual(
    [0, 1, 2, 3, 4, 5].map((patch) => [{ record: 0, patch }]),
  );
  for (const { nodes, nodesLeft, mergeLeft } of attention) {
    expect(mergeLeft).toBe(true);
    expect(nodesLeft).toBeLessThan(nodes);
  }
  for (const part of parts.filter(({ kind }) => kind === 'mlp')) {
    expect(part).toMatchObject({ nodesLeft: part.nodes, decisions: [] });
  }
});

test('a branch is gone when all of its nodes are', () => {
  const model = byteModel();
  const survey = surveyAnatomy(model);
  const sum = [...model.graph.nodes()].find((node) => node.is('Add'));
  const [stream, output] = [sum?.input(0), sum?.output(0)];
  if (stream && output) model.graph.replace(output, stream);
  if (sum) removeUnread(sum);
  const [part] = survey.outcome([]).blocks[0]?.subBlocks ?? [];
  expect(part).toMatchObject({ nodesLeft: 0, mergeLeft: false });
});
