import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type HostTensor, hostTensor } from '@sentei/data';
import { type DataType, Graph, GraphBuilder, Model, tensorType, type Value, writeModel } from '@sentei/ir';
import { describeMachine, measurePlacement, type Placement } from '@sentei/runtime';
import { afterAll, describe, expect, it } from 'vitest';
import { FUSED_KERNELS, type FusedKernel, refuteKernel, type Target } from '../../src/fusing/kernels.ts';

const folder = mkdtempSync(join(tmpdir(), 'sentei-kernels-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HIDDEN = 16;

/** Inputs that an operator takes after the first, by their shape. */
const OTHERS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  LayerNormalization: [[HIDDEN], [HIDDEN]],
  RMSNormalization: [[HIDDEN]],
  SimplifiedLayerNormalization: [[HIDDEN]],
  SkipLayerNormalization: [[2, 4, HIDDEN], [HIDDEN], [HIDDEN]],
  SkipSimplifiedLayerNormalization: [[2, 4, HIDDEN], [HIDDEN]],
  BiasGelu: [[HIDDEN]],
};

const CODES: Partial<Record<DataType, bigint>> = { float32: 1n, float16: 10n, bfloat16: 16n };
const PROVIDERS: Readonly<Record<Target, string>> = {
  cpu: 'CPUExecutionProvider',
  cuda: 'CUDAExecutionProvider',
};

/** Every standard operator of the list is there in this opset. */
const OPSET = Math.max(...FUSED_KERNELS.filter(({ domain }) => domain === '').map(({ since }) => since));

/**
 * Operators side by side, between casts from and to float32, since numbers of 16 bits cannot be fed everywhere. Without the
 * runtime's optimizations an operator is one node where there is a kernel, and the nodes of its definition where not.
 */
async function placeOperators(
  kernels: readonly FusedKernel[],
  type: DataType,
  target: Target,
): Promise<Placement> {
  const graph = new Graph('operators');
  const b = new GraphBuilder(graph);
  const feeds: Record<string, HostTensor> = {};
  const cast = (value: Value, to: DataType) =>
    type === 'float32' ? value : b.op('Cast', [value], { attributes: { to: CODES[to] ?? 0n } });
  const read = new Map<string, Value>();
  const input = (dims: readonly number[]): Value => {
    const known = read.get(`${dims}`);
    if (known !== undefined) return known;
    const value = graph.newValue('input', tensorType('float32', dims));
    graph.inputs.push(value);
    const size = dims.reduce((product, dim) => product * dim, 1);
    feeds[value.name] = hostTensor(
      'float32',
      dims,
      Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
    );
    const made = cast(value, type);
    read.set(`${dims}`, made);
    return made;
  };
  const outputs = kernels.map(({ opType, domain }) => {
    const inputs = [[2, 4, HIDDEN], ...(OTHERS[opType] ?? [])].map(input);
    const attributes: Record<string, number> = opType.endsWith('Normalization') ? { epsilon: 1e-5 } : {};
    const result = cast(b.op(opType, inputs, { domain, attributes }), 'float32');
    result.type = tensorType('float32');
    return result;
  });
  graph.setOutputs(outputs);
  const model = new Model(
    graph,
    [
      ['', OPSET],
      ['com.microsoft', 1],
    ],
    10,
  );
  const path = join(folder, `${type}-${target}-${kernels.length}.onnx`);
  await writeModel(model, path);
  return measurePlacement(path, {
    executionProvider: target,
    graphOptimizationLevel: 'disabled',
    feeds,
    runs: 1,
  });
}

async function expectKernels(type: DataType, target: Target): Promise<void> {
  const kernels = FUSED_KERNELS.filter(({ types }) => types[target].includes(type));
  const expected = (count: number, inputs: number) => ({
    [PROVIDERS[target]]: type === 'float32' ? count : 2 * count + inputs,
  });
  const placement = await placeOperators(kernels, type, target);
  if (isDeepStrictEqual(placement.ran, expected(kernels.length, 2))) return;
  // Which of them it is takes a run for each.
  for (const kernel of kernels) {
    const { ran } = await placeOperators([kernel], type, target);
    const inputs = OTHERS[kernel.opType] === undefined ? 1 : 2;
    expect({ ...kernel, type, ran }).toEqual({ ...kernel, type, ran: expected(1, inputs) });
  }
  expect(placement.ran).toEqual(expected(kernels.length, 2));
}

const TYPES = ['float32', 'float16', 'bfloat16'] as const;
const { providers } = await describeMachine();

describe('FUSED_KERNELS', () => {
  it.each(TYPES.slice(0, 2))('are kernels of the CPU provider in %s, one for each operator', async (type) => {
    await expectKernels(type, 'cpu');
  });

  it('lists no type for the CPU provider that is not checked', () => {
    expect(FUSED_KERNELS.every(({ types }) => !types.cpu.includes('bfloat16'))).toBe(true);
  });

  it.skipIf(!providers.includes('cuda')).each(TYPES)(
    'are kernels of the CUDA provider in %s, one for each operator (skipped where ONNX Runtime has no CUDA provider)',
    async (type) => {
      await expectKernels(type, 'cuda');
    },
  );

  it('names the operator, the type and the target where there is none', () => {
    expect(refuteKernel('Swish', '', 'float32', 'cuda')).toBe('no kernel is known for Swish');
    expect(refuteKernel('Gelu', 'com.microsoft', 'float16', 'cpu')).toBe(
      'cpu has no kernel for com.microsoft.Gelu in float16',
    );
    expect(refuteKernel('Gelu', '', undefined, 'cpu')).toMatch(/type is not known/);
    expect(refuteKernel('Gelu', '', 'float16', 'cuda')).toBeUndefined();
  });
});
