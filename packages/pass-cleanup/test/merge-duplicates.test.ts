import { type GraphBuilder, Tensor, tensorType, type Value } from '@sentei/ir';
import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { mergeDuplicates, mergeDuplicatesRule as rule } from '../src/merge-duplicates.ts';
import { takeSurvey } from '../src/survey.ts';
import {
  expectUntouched,
  floats,
  initializer,
  node,
  once,
  operators,
  run,
  tinyModel,
} from './support/tiny.ts';

describe('merge-duplicates', () => {
  it('merges whole subexpressions at once and keeps the metadata of both', async () => {
    const build = () =>
      tinyModel({ x: [3] }, (b, [x]) => {
        const [one, other] = [0, 1].map(() => b.op('Exp', [b.op('Neg', [x ?? null])]));
        return [b.op('Sub', [one ?? null, other ?? null])];
      });
    const model = build();
    const [first, , second] = model.graph.nodes();
    first?.metadataProps.set('from', 'a');
    second?.metadataProps.set('from', 'b');
    second?.metadataProps.set('only', 'here');
    expect(mergeDuplicates(takeSurvey(model))).toBe(2);
    expect(operators(model)).toEqual(['Neg', 'Exp', 'Sub']);
    expect(Object.fromEntries(first?.metadataProps ?? [])).toEqual({ from: 'a', only: 'here' });
    const feeds = { x: floats([1, 2, 3], [3]) };
    expect(await run(model, feeds)).toEqual(await run(build(), feeds));
    expectUntouched(model, rule);
  });

  it('keeps graph outputs by name, and two outputs that are equal apart', () => {
    const model = tinyModel({ x: [3] }, (b, [x]) => {
      const inner = b.op('Abs', [x ?? null]);
      return [b.op('Neg', [inner]), b.op('Abs', [x ?? null]), b.op('Neg', [inner])];
    });
    const names = model.graph.outputs.map((value) => value.name);
    expect(once(model, rule)).toBe(1);
    expect(operators(model)).toEqual(['Abs', 'Neg', 'Neg']);
    expect(model.graph.outputs.map((value) => value.name)).toEqual(names);
  });

  it('merges nodes with several outputs only when all of them can be merged', () => {
    const model = tinyModel({ x: [4] }, (b, [x]) => {
      const splits = [0, 1].flatMap(() =>
        b.ops('Split', [x ?? null], 2, { attributes: { num_outputs: 2n } }),
      );
      return [b.op('Concat', splits, { attributes: { axis: 0n } })];
    });
    expect(once(model, rule)).toBe(1);
    const [split, concat] = model.graph.nodes();
    expect(concat?.inputs.map((value) => value?.name)).toEqual(
      [...(split?.outputs ?? []), ...(split?.outputs ?? [])].map((value) => value.name),
    );
  });

  it.each(['RandomNormalLike', 'Bernoulli'])('leaves %s', (opType) => {
    const model = tinyModel({ x: [3] }, (b, [x]) => [
      b.op('Sub', [b.op(opType, [x ?? null]), b.op(opType, [x ?? null])]),
    ]);
    expectUntouched(model, rule);
  });

  it('leaves foreign operators', () => {
    const model = tinyModel({ x: [3] }, (b, [x]) => {
      const [one, other] = [0, 1].map(() => b.op('Draw', [x ?? null], { domain: 'custom' }));
      return [b.op('Sub', [one ?? null, other ?? null])];
    });
    model.opsetImports.set('custom', 1);
    expectUntouched(model, rule);
  });

  describe('in branches', () => {
    const conditional = (
      prepare: (b: GraphBuilder, x: Value) => Value,
      body: (b: GraphBuilder, x: Value) => Value,
    ) =>
      tinyModel({ x: [3], c: ['bool', []] }, (b, [x, c]) => {
        const before = prepare(b, x as Value);
        const branch = (name: string) =>
          b.subgraph(name, [], (inner) => [{ value: body(inner, x as Value), type: tensorType('float32') }]);
        const attributes = { then_branch: branch('then'), else_branch: branch('else') };
        return [b.op('Add', [before, b.op('If', [c ?? null], { attributes })])];
      });

    it('lets an outer node serve inner ones', async () => {
      const build = () =>
        conditional(
          (b, x) => b.op('Abs', [x]),
          (b, x) => b.op('Neg', [b.op('Abs', [x])]),
        );
      const model = build();
      expect(once(model, rule)).toBe(2);
      expect(operators(model)).toEqual(['Abs', 'If', 'Neg', 'Neg', 'Add']);
      const feeds = { x: floats([1, -2, 3], [3]), c: new OrtTensor('bool', Uint8Array.of(1), []) };
      expect(await run(model, feeds)).toEqual(await run(build(), feeds));
    });

    it('never lets one branch serve the other or the graph around', () => {
      const model = conditional(
        (b, x) => b.op('Exp', [x]),
        (b, x) => b.op('Neg', [b.op('Abs', [x])]),
      );
      const [x] = model.graph.inputs;
      node(model.graph, 'Abs', [x ?? null]);
      expectUntouched(model, rule);
    });

    it('keeps a node whose result a branch returns', () => {
      expectUntouched(
        conditional(
          (b, x) => b.op('Abs', [x]),
          (b, x) => b.op('Abs', [x]),
        ),
        rule,
      );
    });

    it('lets an outer initializer serve branches, and keeps equal ones of two branches apart', () => {
      const model = conditional(
        (b, x) => b.op('Exp', [x]),
        (b, x) => {
          const weight = initializer(b.graph, b.graph.newName('w'), Tensor.floats([1, 2, 3]));
          return b.op('Mul', [x, weight]);
        },
      );
      expectUntouched(model, rule);
      initializer(model.graph, 'outer', Tensor.floats([1, 2, 3]));
      expect(once(model, rule)).toBe(2);
      expect([...model.graphs()].map((graph) => graph.initializers.size)).toEqual([1, 0, 0]);
    });
  });

  describe('of initializers', () => {
    const two = (first: Tensor, second: Tensor) => {
      const model = tinyModel({ x: [2] }, (b, [x]) => {
        const [a, c] = [first, second].map((tensor, i) => initializer(b.graph, `w${i}`, tensor));
        return [b.op('Add', [b.op('Mul', [x ?? null, a ?? null]), c ?? null])];
      });
      const [a, c] = [...model.graph.initializers];
      if (!a || !c) throw new Error('two initializers were made');
      return { model, a, c };
    };

    it('merges equal bytes', () => {
      const { model, a } = two(Tensor.floats([1, 2]), Tensor.floats([1, 2]));
      expect(once(model, rule)).toBe(1);
      expect([...model.graph.initializers]).toEqual([a]);
      expect(a.consumers().map((reader) => reader.opType)).toEqual(['Mul', 'Add']);
    });

    it('leaves other shapes, types and signs of zero', () => {
      expectUntouched(two(Tensor.floats([1, 2]), Tensor.floats([1, 2], [1, 2])).model, rule);
      expectUntouched(two(Tensor.floats([0, 0]), Tensor.floats([0, -0])).model, rule);
    });

    it('leaves those that callers may override, that are inputs, outputs or mentioned', () => {
      const equal = () => two(Tensor.floats([1, 2]), Tensor.floats([1, 2]));
      const overridable = equal();
      overridable.model.graph.inputs.push(overridable.c);
      overridable.c.overridable = true;
      expectUntouched(overridable.model, rule);
      const input = equal();
      input.model.graph.inputs.push(input.c);
      expectUntouched(input.model, rule);
      const returned = equal();
      returned.model.graph.setOutputs([...returned.model.graph.outputs, returned.c, returned.a]);
      expectUntouched(returned.model, rule);
      const mentioned = equal();
      mentioned.model.graph.quantizationAnnotations = [{ tensorName: 'w1', parameters: new Map() }];
      expectUntouched(mentioned.model, rule);
    });
  });
});
