import { DATA_TYPES, Tensor, tensorType, type Value, writeModelBytes } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateDeadCodeRule } from '../src/eliminate-dead-code.ts';
import { foldConstants, foldConstantsRule as rule } from '../src/fold-constants.ts';
import { takeSurvey } from '../src/survey.ts';
import {
  expectUntouched,
  floats,
  noise,
  once,
  operators,
  run,
  type TinyOptions,
  tinyModel,
} from './support/tiny.ts';

/** Reshape of x [n, 3, 4] to [-1, 12] with the 12 computed from the shape of x. */
function reshaped(options: TinyOptions = {}) {
  return tinyModel(
    { x: ['n', 3, 4] },
    (b, [x]) => {
      const shape = b.op('Shape', [x as Value]);
      const pick = (i: number) =>
        b.op('Gather', [b.op('Slice', [shape, b.int64([1]), b.int64([3])]), b.int64([i], [])]);
      const fixed = b.op('Shape', [x as Value], { attributes: { start: 1n } });
      const [three, four] = [0, 1].map((i) => b.op('Gather', [fixed, b.int64([i], [])]));
      const rows = b.op('Unsqueeze', [b.op('Mul', [three ?? null, four ?? null]), b.int64([0])]);
      const target = b.op('Concat', [b.int64([-1]), rows], { attributes: { axis: 0n } });
      const unknown = b.op('Unsqueeze', [pick(0), b.int64([0])]);
      return [b.op('Reshape', [x as Value, target]), b.op('Expand', [b.float32([1]), unknown])];
    },
    options,
  );
}

describe('fold-constants', () => {
  it('folds chains of shape arithmetic to what a node that stays reads, and leaves dynamic dimensions', async () => {
    const model = reshaped();
    const before = writeModelBytes(model).length;
    expect(foldConstants(takeSurvey(model))).toBe(1);
    once(model, eliminateDeadCodeRule);
    expect(operators(model)).toEqual(['Shape', 'Slice', 'Gather', 'Unsqueeze', 'Reshape', 'Expand']);
    expect(writeModelBytes(model).length).toBeLessThan(before);
    expectUntouched(model, rule);
    const feeds = { x: floats(noise(24), [2, 3, 4]) };
    expect(await run(model, feeds)).toEqual(await run(reshaped(), feeds));
    const longer = { x: floats(noise(60), [5, 3, 4]) };
    expect(await run(model, longer)).toEqual(await run(reshaped(), longer));
  });

  it('keeps declared dimensions as they are', () => {
    const model = reshaped();
    for (const output of model.graph.outputs) output.type = tensorType('float32', ['m', null].slice(0, 1));
    once(model, rule);
    expect(model.graph.inputs[0]?.shape).toEqual(['n', 3, 4]);
    expect(model.graph.outputs.map((output) => output.shape)).toEqual([['m'], ['m']]);
  });

  it('keeps an input of a folded node that another node reads, as axes', () => {
    const model = tinyModel({ x: [1, 2] }, (b, [x]) => {
      const axes = b.int64([0]);
      const constant = b.op('Unsqueeze', [b.float32([1, 2]), axes]);
      return [b.op('Add', [b.op('Squeeze', [x as Value, axes]), b.op('Squeeze', [constant, axes])])];
    });
    expect(once(model, rule)).toBe(1);
    once(model, eliminateDeadCodeRule);
    expect(operators(model)).toEqual(['Squeeze', 'Add']);
    const squeeze = [...model.graph.nodes()][0];
    expect(squeeze?.input(1)?.tensor?.bigints()).toEqual([0n]);
  });

  it('never widens a weight in the file', () => {
    const widen = (size: number) =>
      tinyModel({ x: ['n', size] }, (b, [x]) => {
        const half = b.constant(Tensor.floats(noise(size), [size], 'float16'));
        const weight = b.op('Cast', [half], { attributes: { to: BigInt(DATA_TYPES.float32) } });
        return [b.op('Mul', [x as Value, weight])];
      });
    expectUntouched(widen(4096), rule);
    expectUntouched(widen(256), rule);
    expect(once(widen(1), rule)).toBe(1);
  });

  it('leaves what makes the file grow', () => {
    const model = tinyModel({ x: ['n', 512] }, (b, [x]) => {
      const positions = b.op('Range', [b.int64([0], []), b.int64([512], []), b.int64([1], [])]);
      return [b.op('Add', [x as Value, b.op('Cast', [positions], { attributes: { to: 1n } })])];
    });
    expectUntouched(model, rule);
  });

  it('folds a part where the whole would grow', () => {
    const model = tinyModel({ x: ['n', 512] }, (b, [x]) => {
      const limit = b.op('Mul', [b.int64([256], []), b.int64([2], [])]);
      const positions = b.op('Range', [b.int64([0], []), limit, b.int64([1], [])]);
      return [b.op('Add', [x as Value, b.op('Cast', [positions], { attributes: { to: 1n } })])];
    });
    expect(once(model, rule)).toBe(1);
    expect(operators(model)).toEqual(['Range', 'Cast', 'Add']);
  });

  it('uses no constant that callers may override, and needs declared and computed types to agree', () => {
    const negate = () =>
      tinyModel({ x: [2] }, (b, [x]) => [b.op('Add', [x as Value, b.op('Neg', [b.float32([1, 2])])])]);
    expect(once(negate(), rule)).toBe(1);
    const overridden = negate();
    for (const value of overridden.graph.initializers) {
      value.overridable = true;
      overridden.graph.inputs.push(value);
    }
    expectUntouched(overridden, rule);
    const wrong = negate();
    const [neg] = [...wrong.graph.nodes()].flatMap((each) => each.outputs);
    if (neg) neg.type = tensorType('float32', [3]);
    expectUntouched(wrong, rule);
  });

  it('leaves graph outputs and values that annotations mention', () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => {
      const constant = b.op('Neg', [b.float32([1, 2])]);
      return [constant, b.op('Add', [x as Value, b.op('Sqrt', [b.float32([4, 9])])])];
    });
    model.graph.quantizationAnnotations = [{ tensorName: 'sqrt_out', parameters: new Map() }];
    expectUntouched(model, rule);
  });

  it.each<[string, TinyOptions]>([
    ['in a subgraph', {}],
    ['before IR version 4', { irVersion: 3 }],
  ])('leaves a Constant node %s instead of a new initializer', async (_, options) => {
    const inner = (subgraph: boolean) =>
      tinyModel(
        { x: [2], c: ['bool', []] },
        (b, [x, c]) => {
          const long = 'a value with a name that takes more room in the file than two numbers do';
          const branch = (name: string) =>
            b.subgraph(name, [], (body) => {
              const three = body.op('Constant', [], { attributes: { value_floats: [1, 2] }, name: long });
              const sum = body.op('Add', [x as Value, body.op('Neg', [three], { name: long })]);
              return [{ value: sum, type: tensorType('float32') }];
            });
          if (subgraph) {
            const attributes = { then_branch: branch('then'), else_branch: branch('else') };
            return [b.op('If', [c as Value], { attributes })];
          }
          const two = b.op('Constant', [], { attributes: { value_floats: [1, 2] }, name: long });
          return [b.op('Add', [x as Value, b.op('Neg', [two], { name: long })])];
        },
        options,
      );
    const model = inner(options.irVersion === undefined);
    expect(once(model, rule)).toBeGreaterThan(0);
    once(model, eliminateDeadCodeRule);
    expect(operators(model)).not.toContain('Neg');
    expect(operators(model)).toContain('Constant');
    expect([...model.graphs()].map((graph) => graph.initializers.size).every((count) => count === 0)).toBe(
      true,
    );
    expectUntouched(model, rule);
  });
});
