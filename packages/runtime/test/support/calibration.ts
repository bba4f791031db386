import type { Dataset, Example, Feeds } from '@sentei/data';
import { hostTensor } from '@sentei/data';
import { type Model, parseOptions, readModelBytes } from '@sentei/ir';
import { type Plan, plan } from '../../src/calibration/plan.ts';
import type { Identity } from '../../src/calibration/statistics.ts';
import { ELEMENT, tinyModel } from './tiny-model.ts';

/** Examples of a float input `x`, one for each list of rows of four numbers. */
export function datasetOf(examples: readonly (readonly number[])[], fingerprint = 'abc'): Dataset {
  const toExample = (numbers: readonly number[], index: number): Example => ({
    source: `tiny row ${index + 1}`,
    hash: String(index),
    inputs: [feedsOf(numbers)],
  });
  return {
    name: 'tiny',
    size: examples.length,
    fingerprint,
    async *read(from = 0, to = examples.length) {
      for (let index = from; index < to; index += 1) yield toExample(examples[index] ?? [], index);
    },
  };
}

function feedsOf(numbers: readonly number[]): Feeds {
  return { x: hostTensor('float32', [numbers.length / 4, 4], Float32Array.from(numbers)) };
}

/** `count` examples of one to three rows, the same whenever they are made. */
export function manyExamples(count: number): number[][] {
  let state = 1;
  const next = () => {
    state = (state * 48271) % 0x7fffffff;
    return Math.fround(state / 0x3fffffff - 1);
  };
  return Array.from({ length: count }, (_, index) => Array.from({ length: 4 * (1 + (index % 3)) }, next));
}

/** h = x + x, y = relu(h) over float [batch, rows, 4]; `unread` hangs on y. */
export function tappableModel(): Model {
  const dims = ['batch', 'rows', 4];
  const bytes = tinyModel({
    inputs: [{ name: 'x', type: ELEMENT.float, dims }],
    outputs: [{ name: 'z', type: ELEMENT.float, dims }],
    nodes: [
      { op: 'Add', inputs: ['x', 'x'], outputs: ['h'] },
      { op: 'Relu', inputs: ['h'], outputs: ['y'] },
      { op: 'Add', inputs: ['y', 'w'], outputs: ['z'] },
    ],
    initializers: [
      {
        name: 'w',
        type: ELEMENT.float,
        dims: [4],
        bytes: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer),
      },
    ],
  });
  return readModelBytes(bytes);
}

export function planOf(...taps: object[]): Plan {
  return parseOptions(plan, { taps, nonFinite: 'refuse' });
}

export function identityOf(plan: Plan, examples = 10, batch = 2): Identity {
  return {
    model: 'a'.repeat(64),
    data: { fingerprint: 'f', examples },
    batch,
    settings: { threads: 1, graphOptimizationLevel: 'disabled', executionProvider: 'cpu' },
    versions: { onnxruntime: '1', statistics: 1 },
    plan,
  };
}
