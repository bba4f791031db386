import { readFileSync } from 'node:fs';
import { findAttentionCores, findNorms } from '@sentei/anatomy';
import {
  type Graph,
  GraphBuilder,
  inferTypes,
  type Model,
  type Node,
  readModelBytes,
  removeUnread,
  verify,
  writeModelBytes,
} from '@sentei/ir';
import ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import type { DecayingAttention } from '../../src/matching/decaying-attention.ts';
import { matchAttention } from '../../src/matching/match-attention.ts';
import { lowerDensely } from '../support/lower-densely.ts';

/*
 * The files in `exports` are what both exporters of PyTorch write of one layer of `tools/exporters/export-forgetting.py`
 * (width 8, 2 heads), with names cut short.
 */

function read(name: string): Model {
  return readModelBytes(readFileSync(new URL(`../exports/${name}.onnx`, import.meta.url)));
}

/** Puts what has been understood in place of the attention. */
function rewrite(model: Model): DecayingAttention {
  const types = inferTypes(model);
  const norms = new Map(findNorms(model.graph).map((norm) => [norm.output, norm]));
  const [core] = findAttentionCores(model.graph, types);
  if (core === undefined) throw new Error('the model has no attention');
  const found = matchAttention(core, types, { norms, shapeOf: (value) => types.shapeOf(value) });
  if ('reason' in found) throw new Error(found.reason);
  const product = core.output.producer as Node;
  const graph = product.graph as Graph;
  const b = new GraphBuilder(graph, { before: product });
  graph.replace(core.output, found.finish(b, lowerDensely(b, found)));
  removeUnread(product);
  return found;
}

type Feeds = Record<string, ort.Tensor>;

function feedsFor(model: Model, batch: number, length: number, past: number): Feeds {
  const wave = (count: number, make: (i: number) => number) =>
    Float32Array.from({ length: count }, (_, i) => make(i));
  return Object.fromEntries(
    model.graph.inputs.map(({ name, shape }) => {
      const dims = (shape ?? []).map((extent, axis) =>
        typeof extent === 'number' ? extent : axis === 0 ? batch : extent === 'past' ? past : length,
      );
      const count = dims.reduce((a, b) => a * b, 1);
      const tensor = name.startsWith('past')
        ? new ort.Tensor(
            'float32',
            wave(count, (i) => (name.includes('gates') ? -(i % 3) : Math.sin(i))),
            dims,
          )
        : new ort.Tensor(
            'int64',
            // Tokens, or a mask that hides the last three keys of a sequence.
            BigInt64Array.from({ length: count }, (_, i) =>
              BigInt(name === 'tokens' ? (i * 37 + 11) % 61 : Number(i % length < length - 3)),
            ),
            dims,
          );
      return [name, tensor] as const;
    }),
  );
}

async function run(bytes: Uint8Array, feeds: Feeds): Promise<Float32Array[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
  const outputs = await session.run(feeds);
  await session.release();
  return session.outputNames.map((name) => outputs[name]?.data as Float32Array);
}

const PLAIN = { heads: 2, keyHeads: 2, elementType: 'float32', hasPast: false, padding: undefined };

test.each([
  ['plain.dynamo', PLAIN],
  ['plain.torchscript', PLAIN],
  ['pro.torchscript', PLAIN],
  ['grouped-gates.torchscript', { ...PLAIN, keyHeads: 1 }],
  ['product-bmm-flat.dynamo', PLAIN],
  ['opset-23-sdpa.dynamo', PLAIN],
  ['half-float-gates.dynamo', { ...PLAIN, elementType: 'float16' }],
  ['padding-hf.dynamo', { ...PLAIN, padding: expect.any(Function) }],
  ['past-log-gates.torchscript', { ...PLAIN, hasPast: true }],
] as const)('what is read out of %s computes what the file does', async (name, expected) => {
  const model = read(name);
  const before = writeModelBytes(model);
  const found = rewrite(model);
  expect(found).toMatchObject(expected);
  expect(found.scoreBound).toBeGreaterThan(0);
  expect(verify(model)).toEqual([]);
  const feeds = feedsFor(model, 2, 9, 5);
  const [first, second] = [await run(before, feeds), await run(writeModelBytes(model), feeds)];
  const tolerance = found.elementType === 'float16' ? 1e-2 : 1e-5;
  for (const [index, output] of first.entries()) {
    const other = second[index] ?? new Float32Array();
    expect(other).toHaveLength(output.length);
    const largest = output.reduce((most, x, i) => Math.max(most, Math.abs(x - (other[i] ?? Number.NaN))), 0);
    expect(largest).toBeLessThan(tolerance);
  }
});
