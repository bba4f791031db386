import { describe, expect, it } from 'vitest';
import { Graph, GraphBuilder, inferTypes, Model, Tensor, Value } from '../../../src/index.ts';
import { describeValue, parseType } from '../support.ts';

function flow(opset = 21) {
  const graph = new Graph('outer', [
    new Value('x', parseType('float32[b,s]')),
    new Value('flag', parseType('bool[]')),
    new Value('steps', parseType('float32[t,b]')),
  ]);
  const [x, flag, steps] = graph.inputs as [Value, Value, Value];
  const builder = new GraphBuilder(graph);
  const model = new Model(graph, [['', opset]]);
  const body = (
    name: string,
    inputs: readonly string[],
    build: (builder: GraphBuilder, values: Value[]) => Value[],
  ) => {
    const values = inputs.map((input) => graph.newValue(input));
    const inner = new Graph(name, values);
    inner.setOutputs(build(new GraphBuilder(inner), values));
    return inner;
  };
  return { model, builder, body, x, flag, steps };
}

const at = (values: readonly Value[], index: number): Value => {
  const value = values[index];
  if (value === undefined) throw new Error(`no value ${index}`);
  return value;
};

describe('control flow rules', () => {
  it('joins branches that see outer values', () => {
    const { model, builder, body, x, flag } = flow();
    const then_branch = body('then', [], (b) => [b.op('Relu', [x]), b.op('Relu', [x])]);
    const else_branch = body('else', [], (b) => [b.op('Exp', [x]), b.op('Transpose', [x])]);
    const [same, other] = builder.ops('If', [flag], 2, { attributes: { then_branch, else_branch } });
    const table = inferTypes(model);
    expect([same, other].map((value) => value && describeValue(table, value))).toEqual([
      'float32[b,s]',
      'float32[?,?]',
    ]);
    expect(describeValue(table, at(else_branch.outputs, 1))).toBe('float32[s,b]');
  });

  it('follows only the branch that is taken when the condition is known', () => {
    const { model, builder, body, x } = flow();
    const then_branch = body('then', [], (b) => [b.op('Squeeze', [x, b.int64([5])])]);
    const else_branch = body('else', [], (b) => [b.op('Transpose', [x])]);
    const condition = builder.constant(Tensor.bool([false], []));
    const result = builder.op('If', [condition], { attributes: { then_branch, else_branch } });
    const table = inferTypes(model);
    expect(describeValue(table, result)).toBe('float32[s,b]');
    expect(table.conflicts).toEqual([]);
  });

  it('weakens carried values until the body keeps them, and stacks the rest', () => {
    const { model, builder, body, x, flag } = flow();
    const loop = body('body', ['i', 'go', 'state', 'grown'], (b, [i, go, state, grown]) => {
      const longer = b.op('Concat', [grown ?? null, x], { attributes: { axis: 1n } });
      return [
        b.op('Identity', [go ?? null]),
        b.op('Relu', [state ?? null]),
        longer,
        b.op('Identity', [i ?? null]),
      ];
    });
    const results = builder.ops('Loop', [builder.int64([3], []), flag, x, x], 3, {
      attributes: { body: loop },
    });
    const table = inferTypes(model);
    expect(results.map((value) => describeValue(table, value))).toEqual([
      'float32[b,s]',
      'float32[b,?]',
      'int64[?]',
    ]);
    expect(describeValue(table, at(loop.inputs, 3))).toBe('float32[b,?]');
    expect(table.conflicts).toEqual([]);
  });

  it('reports what a body does wrong once, however often it is inferred', () => {
    const { model, builder, body, x, flag } = flow();
    const loop = body('body', ['i', 'go', 'state'], (b, [, go, state]) => {
      b.op('Transpose', [x], { attributes: { perm: [0n] } });
      return [
        b.op('Identity', [go ?? null]),
        b.op('Concat', [state ?? null, x], { attributes: { axis: 0n } }),
      ];
    });
    builder.ops('Loop', [null, flag, x], 1, { attributes: { body: loop } });
    expect(inferTypes(model).conflicts.map(({ reason }) => reason)).toEqual(['perm [0] reorders rank 2']);
  });

  it('slices and stacks what Scan runs over', () => {
    const { model, builder, body, steps } = flow();
    const scan = body('body', ['state', 'step'], (b, [state, step]) => {
      const next = b.op('Add', [state ?? null, step ?? null]);
      return [next, b.op('Identity', [next])];
    });
    const zero = builder.op('ConstantOfShape', [builder.op('Shape', [steps], { attributes: { start: 1n } })]);
    const attributes = { body: scan, num_scan_inputs: 1n, scan_output_axes: [1n] };
    const results = builder.ops('Scan', [zero, steps], 2, { attributes });
    const table = inferTypes(model);
    expect(results.map((value) => describeValue(table, value))).toEqual(['float32[b]', 'float32[b,t]']);
  });

  it('reports bodies that are missing or return too little', () => {
    const { model, builder, body, x, flag } = flow();
    builder.ops('If', [flag], 1);
    builder.ops('Loop', [null, flag, x], 1, { attributes: { body: body('empty', [], () => []) } });
    builder.ops('Scan', [x], 1, { attributes: { body: body('empty', [], () => []), num_scan_inputs: 2n } });
    expect(inferTypes(model).conflicts.map(({ reason }) => reason)).toEqual([
      'it has no then_branch',
      'its body returns 0 values',
      'it scans 2 of 1 inputs',
    ]);
  });

  it('tells what a branch that is never taken holds, without its conflicts', () => {
    const { model, builder, body, x } = flow();
    const then_branch = body('then', [], (b) => [b.op('Exp', [b.op('Squeeze', [x, b.int64([5])])])]);
    const else_branch = body('else', [], (b) => [b.op('Transpose', [x])]);
    const dead = then_branch.outputs;
    builder.op('If', [builder.constant(Tensor.bool([false], []))], {
      attributes: { then_branch, else_branch },
    });
    const table = inferTypes(model);
    expect(describeValue(table, at(else_branch.outputs, 0))).toBe('float32[s,b]');
    expect(table.conflicts).toEqual([]);
    expect(describeValue(table, at(dead, 0))).toBe('-');
  });

  it('scans batches with opset 8', () => {
    const { model, builder, body, x } = flow(8);
    const loop = body('body', ['state', 'slice'], (b, [state = null, slice = null]) => [
      b.op('Add', [state, slice]),
      b.op('Identity', [slice]),
    ]);
    const sequences = new Value('sequences', parseType('float32[b,t,s]'));
    model.graph.inputs.push(sequences);
    const attributes = { body: loop, num_scan_inputs: 1n };
    const [last, scanned] = builder.ops('Scan', [null, x, sequences], 2, { attributes });
    const table = inferTypes(model);
    expect([last, scanned].map((value) => value && describeValue(table, value))).toEqual([
      'float32[b,s]',
      'float32[b,t,s]',
    ]);
  });

  it('starts from an optional and goes on with its element', () => {
    const { model, builder, body, flag } = flow();
    const given = new Value('given', parseType('optional(sequence(float32[2]))'));
    model.graph.inputs.push(given);
    const loop = body('body', ['i', 'go', 'state'], (b, [, go = null]) => {
      return [b.op('Identity', [go]), b.op('SequenceConstruct', [b.float32([1, 2])])];
    });
    const [result] = builder.ops('Loop', [null, flag, given], 1, { attributes: { body: loop } });
    expect(result && describeValue(inferTypes(model), result)).toBe('sequence(float32)');
  });

  it('takes no more than a few visits of each body, however loops nest', () => {
    const { model, builder, body, x, flag } = flow();
    const nest = (b: GraphBuilder, value: Value, depth: number): Value => {
      if (depth === 0) return b.op('Concat', [value, value], { attributes: { axis: 0n } });
      const inner = body(`body${depth}`, [`i${depth}`, `go${depth}`, `state${depth}`], (c, [, go, state]) => [
        c.op('Identity', [go ?? null]),
        nest(c, state ?? value, depth - 1),
      ]);
      return b.op('Loop', [null, flag, value], { attributes: { body: inner } });
    };
    const result = nest(builder, x, 60);
    const table = inferTypes(model);
    expect(describeValue(table, result)).toMatch(/^float32(\[\?,s\])?$|^-$/);
    expect(table.conflicts).toEqual([]);
  });
});
