import { describe, expect, it } from 'vitest';
import {
  applyRules,
  explain,
  type GraphBuilder,
  missText,
  type PatternOps,
  type PatternValue,
  readModel,
  rewriteRule,
  Tensor,
  type Value,
} from '../../src/index.ts';
import { faultsOf, modelOf, textOf } from './support.ts';

/** `x / sqrt(mean(x^2) + epsilon)` in the ways exporters write it. */
function unitScale(op: PatternOps, x: PatternValue): PatternValue {
  const square = op.either(op.Pow(x, 2), op.Mul(x, x));
  const mean = op.ReduceMean(square, op.constant(-1).as('axes'), { keepdims: 1n });
  const root = op.Sqrt(op.Add(mean, op.constant().as('epsilon')));
  return op.either(op.Mul(x, op.either(op.Reciprocal(root), op.Div(1, root))), op.Div(x, root));
}

const fuseRmsNorm = rewriteRule({
  name: 'fuse-rms-norm',
  pattern: (op, x, scale) => op.Mul(unitScale(op, x), scale),
  where: (_match, _x, scale) => scale.tensor?.dims.length === 1 || 'the scale is not a constant vector',
  replace: (op, x, scale) =>
    op.SimplifiedLayerNormalization(x, scale, { axis: -1n, epsilon: op.match.scalar('epsilon') }),
});

/** `x * 0.5 * (1 + erf(x / sqrt(2)))`, with the half at any place. */
const gelus = [
  (op: PatternOps, x: PatternValue, sum: PatternValue) => op.Mul(op.Mul(x, 0.5), sum),
  (op: PatternOps, x: PatternValue, sum: PatternValue) => op.Mul(op.Mul(x, sum), 0.5),
  (op: PatternOps, x: PatternValue, sum: PatternValue) => op.Mul(x, op.Mul(sum, 0.5)),
].map((write, index) =>
  rewriteRule({
    name: `fuse-gelu-${index}`,
    pattern: (op, x) => {
      const scaled = op.either(op.Div(x, Math.SQRT2), op.Mul(x, Math.SQRT1_2));
      return write(op, x, op.Add(op.Erf(scaled), 1));
    },
    replace: (op, x) => op.Gelu(x),
  }),
);

const fuseLayerNorm = rewriteRule({
  name: 'fuse-layer-norm',
  pattern: (op, x, scale, bias) => {
    const centred = op.Sub(x, op.ReduceMean(x, -1));
    const variance = op.ReduceMean(op.Pow(centred, 2), -1);
    const unit = op.Div(centred, op.Sqrt(op.Add(variance, op.constant().as('epsilon'))));
    return op.Add(op.Mul(unit, scale), bias);
  },
  replace: (op, x, scale, bias) =>
    op.LayerNormalization(x, scale, bias, { axis: -1n, epsilon: op.match.scalar('epsilon') }),
});

/** Gate and up projection as one product, then `swish(gate) * up` on its halves. */
const fuseSwiGlu = rewriteRule({
  name: 'fuse-swiglu',
  pattern: (op, x, gateWeight, upWeight) => {
    const gate = op.MatMul(x, gateWeight);
    return op.Mul(op.Mul(gate, op.Sigmoid(gate)), op.MatMul(x, upWeight));
  },
  where: (_match, _x, gate, up) =>
    (gate.tensor !== undefined && up.tensor !== undefined) || 'a weight is not constant',
  replace: (op, x, gateWeight, upWeight) => {
    const product = op.MatMul(x, op.Concat(gateWeight, upWeight, { axis: 1n }));
    const [gate = x, up = x] = op.outputs(2).Split(product, { axis: -1n, num_outputs: 2n });
    return op.Mul(op.Swish(gate), up);
  },
  opset: { from: 24 },
});

function gelu(b: GraphBuilder, x: Value, flip: boolean): Value {
  const mul = (left: Value, right: Value) => b.op('Mul', flip ? [right, left] : [left, right]);
  const erf = b.op('Erf', [b.op('Div', [x, b.float32([Math.SQRT2], [])])]);
  const sum = b.op('Add', flip ? [b.float32([1], []), erf] : [erf, b.float32([1], [])]);
  return mul(mul(x, b.float32([0.5], [])), sum);
}

describe('fusions written as rules', () => {
  it('finds the 31 RMSNorms of the shipped checkpoint', async () => {
    const model = await readModel('checkpoints/fox-pro-6l/model.onnx');
    const before = model.graph.nodeCount;
    const report = applyRules(model, [fuseRmsNorm]);
    expect(report.applied).toHaveLength(31);
    // Pow, ReduceMean, Add, Sqrt, Reciprocal, Mul and Mul become one.
    expect(before - model.graph.nodeCount).toBe(31 * 6);
    expect(faultsOf(model)).toEqual([]);
    const fused = [...model.graph.nodes()].filter((node) => node.opType === 'SimplifiedLayerNormalization');
    expect(fused[0]?.outputs.map(String)).toEqual(['%mul_16']);
    expect(fused[0]?.float('epsilon')).toBeGreaterThan(0);
  });

  it('explains why a norm of the checkpoint is missed once something else reads its mean', async () => {
    const model = await readModel('checkpoints/fox-pro-6l/model.onnx');
    const mean = [...model.graph.nodes()].find((node) => node.name === 'node_mean_4')?.outputs[0];
    model.graph.setOutputs([...model.graph.outputs, ...(mean === undefined ? [] : [mean])]);
    const explanation = explain(model, fuseRmsNorm, { limit: 1 });
    expect([explanation.matches, explanation.operators]).toEqual([30, 10]);
    expect(explanation.misses.map(missText)).toEqual([
      `ReduceMean node_mean_4: value mean_4 is an output of graph ${model.graph.name} (looking for Mul node_mul_290)`,
    ]);
  });

  it('fuses Gelu whichever way its operands stand', () => {
    for (const flip of [false, true]) {
      const { model, graph } = modelOf(['x'], (b, x = b.float32([])) => [gelu(b, x, flip)]);
      expect(applyRules(model, gelus).applied.map(({ rule }) => rule)).toEqual(['fuse-gelu-0']);
      expect(textOf(graph)).toEqual(['out0 = Gelu(x)']);
      expect([...graph.initializers]).toEqual([]);
      expect(faultsOf(model)).toEqual([]);
    }
  });

  it('fuses LayerNorm and takes its epsilon along', () => {
    const { model, graph } = modelOf(['x'], (b, x = b.float32([])) => {
      const axes = b.int64([-1]);
      const centred = b.op('Sub', [x, b.op('ReduceMean', [x, axes])]);
      const variance = b.op('ReduceMean', [b.op('Pow', [centred, b.float32([2], [])]), axes]);
      const root = b.op('Sqrt', [b.op('Add', [variance, b.float32([0.5], [])])]);
      const scaled = b.op('Mul', [b.constant(Tensor.floats([1, 2])), b.op('Div', [centred, root])]);
      return [b.op('Add', [scaled, b.constant(Tensor.floats([3, 4]))])];
    });
    expect(applyRules(model, [fuseLayerNorm]).applied).toHaveLength(1);
    expect(textOf(graph)).toEqual([
      'out0 = LayerNormalization(x, constant_3, constant_4) {axis=-1, epsilon=0.5}',
    ]);
    expect(faultsOf(model)).toEqual([]);
  });

  it('joins the projections of a SwiGLU', () => {
    const { model, graph } = modelOf(
      ['x'],
      (b, x = b.float32([])) => {
        const gate = b.op('MatMul', [x, b.float32([1, 2, 3, 4], [2, 2])]);
        const up = b.op('MatMul', [x, b.float32([5, 6, 7, 8], [2, 2])]);
        return [b.op('Mul', [up, b.op('Mul', [gate, b.op('Sigmoid', [gate])])])];
      },
      24,
    );
    expect(applyRules(model, [fuseSwiGlu]).applied).toHaveLength(1);
    expect(textOf(graph)).toEqual([
      'concat_out = Concat(constant, constant_1) {axis=1}',
      'matmul_out_2 = MatMul(x, concat_out)',
      'split_out, split_out_1 = Split(matmul_out_2) {axis=-1, num_outputs=2}',
      'swish_out = Swish(split_out)',
      'out0 = Mul(swish_out, split_out_1)',
    ]);
    expect(faultsOf(model)).toEqual([]);
  });
});
