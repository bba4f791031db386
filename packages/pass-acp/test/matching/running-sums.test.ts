import { findAttentionCores, findNorms } from '@sentei/anatomy';
import { GraphBuilder, inferTypes, tensorType, writeModelBytes } from '@sentei/ir';
import ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { alibi, clampedTable } from '../../../anatomy/test/support/distance-biases.ts';
import {
  type ForgettingOptions,
  forgettingModel,
} from '../../../anatomy/test/support/forgetting-attention.ts';
import { matchAttention } from '../../src/matching/match-attention.ts';
import { withRunningSums } from '../../src/matching/running-sums.ts';

function matched(options: ForgettingOptions) {
  const model = forgettingModel(options);
  const types = inferTypes(model);
  const norms = new Map(findNorms(model.graph).map((norm) => [norm.output, norm]));
  const [core] = findAttentionCores(model.graph, types);
  const found = core && matchAttention(core, types, { norms, shapeOf: (value) => types.shapeOf(value) });
  if (!found || 'reason' in found) throw new Error('the fixture has no attention that decays');
  return { model, attention: found };
}

test('gates are handed back as they are', () => {
  const { model, attention } = matched({});
  const before = model.graph.nodeCount;
  expect(withRunningSums(new GraphBuilder(model.graph), attention).decay).toBe(attention.decay);
  expect(model.graph.nodeCount).toBe(before);
});

test('slopes are gates that are the same everywhere, c[j] = −slope · j to the last bit', async () => {
  const slopes = [Math.fround(0.7), 0];
  const { model, attention } = matched({ bias: alibi(slopes) });
  const { decay } = withRunningSums(new GraphBuilder(model.graph), attention);
  expect(decay.cumulative.axes).toEqual(['batch', 'head', 'position']);
  const outputs = [decay.cumulative.value, decay.logGates.value];
  for (const value of outputs) value.type = tensorType('float32');
  model.graph.setOutputs(outputs);
  const session = await ort.InferenceSession.create(writeModelBytes(model), { logSeverityLevel: 3 });
  const [batch, length] = [2, 60];
  const x = new ort.Tensor('float32', new Float32Array(batch * length * 16), [batch, length, 16]);
  const results = await session.run({ x });
  const [sums, gates] = session.outputNames.map((name) => results[name]);
  await session.release();
  expect(sums?.dims).toEqual([batch, 2, length]);
  expect(gates?.dims).toEqual([batch, 2, length]);
  const expected = (at: (slope: number, position: number) => number) =>
    Array.from({ length: batch * 2 * length }, (_, index) => {
      const slope = slopes[Math.floor(index / length) % 2] ?? 0;
      return Math.fround(at(slope, index % length)) + 0;
    });
  expect(Array.from(sums?.data as Float32Array, (y) => y + 0)).toEqual(expected((slope, j) => -slope * j));
  expect(Array.from(gates?.data as Float32Array, (y) => y + 0)).toEqual(expected((slope) => -slope));
});

test('a table has no running sums', () => {
  const { model, attention } = matched({
    bias: clampedTable([
      [0, -50],
      [0, -60],
    ]),
  });
  expect(() => withRunningSums(new GraphBuilder(model.graph), attention)).toThrow(TypeError);
});
