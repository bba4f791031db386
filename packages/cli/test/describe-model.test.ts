import { fileURLToPath } from 'node:url';
import { readModel, Tensor, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { describeModel } from '../src/describe-model.ts';
import { byteModel, emptyFolder, savedExternalModel } from './support/models.ts';

test('a small model is described down to its values', () => {
  const model = byteModel();
  model.graph.inputs.push(new Value('unknown', tensorType('float32')));
  expect(describeModel(model)).toEqual({
    nodes: 5,
    parameters: 256 * 8 + 8 * 8 + 8 * 256,
    bytes: 4 * (256 * 8 + 8 * 8 + 8 * 256),
    irVersion: 8,
    opsets: { 'ai.onnx': 17 },
    inputs: [
      { name: 'ids', type: 'int64', dims: ['batch', 'sequence'] },
      { name: 'unknown', type: 'float32', dims: null },
    ],
    outputs: [{ name: expect.any(String), type: 'float32', dims: ['batch', 'sequence', 256] }],
    operators: { MatMul: 2, Add: 1, Gather: 1, Identity: 1 },
    subgraphs: 0,
    functions: [],
    externalData: [],
    blocks: [
      {
        depth: 0,
        input: expect.any(String),
        output: expect.any(String),
        subBlocks: [{ kind: 'mlp', norm: 'none', merge: expect.stringContaining('Add'), nodes: 3 }],
      },
    ],
    skippedMerges: [],
    attention: [],
    norms: {},
  });
});

test('inputs with defaults and weights elsewhere are told apart', async () => {
  const model = await readModel(await savedExternalModel(await emptyFolder()));
  const weight = model.graph.addInitializer(new Value('w', undefined), Tensor.floats([1]));
  model.graph.inputs.push(weight);
  const description = describeModel(model);
  expect(description.inputs.map(({ name }) => name)).toEqual(['ids']);
  expect(description.externalData).toEqual(['weights.bin']);
});

test('the default checkpoint has six blocks, each with a forget gate', async () => {
  const path = fileURLToPath(new URL('../../../checkpoints/fox-pro-6l/model.onnx', import.meta.url));
  const { blocks, attention, norms } = describeModel(await readModel(path));
  expect(blocks.map(({ subBlocks }) => subBlocks.map(({ kind }) => kind))).toEqual(
    Array.from({ length: 6 }, () => ['attention', 'mlp']),
  );
  expect(attention).toHaveLength(6);
  for (const { steps, hasForgetGate } of attention) {
    expect([steps, hasForgetGate]).toEqual([['scale', 'forget gate', 'mask'], true]);
  }
  expect(norms).toEqual({ rms: 31 });
});

test.each(['grouped-gates.torchscript', 'product-bmm-flat.dynamo', 'opset-23-sdpa.dynamo'])(
  'a forget gate that is no step of its own is seen: %s',
  async (name) => {
    const path = fileURLToPath(new URL(`../../pass-acp/test/exports/${name}.onnx`, import.meta.url));
    const { attention } = describeModel(await readModel(path));
    expect(attention.map(({ hasForgetGate }) => hasForgetGate)).toEqual([true]);
  },
);
