import { type GraphBuilder, Tensor, tensorType, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateDeadCodeRule } from '../src/eliminate-dead-code.ts';
import { constantTarget, simplifyShapesRule as rule, simplifyShapes } from '../src/simplify-shapes.ts';
import { takeSurvey } from '../src/survey.ts';
import { expectUntouched, floats, noise, once, operators, run, tinyModel } from './support/tiny.ts';

const part = (b: GraphBuilder, value: Value, axis: number) =>
  b.op('Gather', [b.op('Shape', [value]), b.int64([axis])]);
const join = (b: GraphBuilder, ...parts: readonly Value[]) =>
  b.op('Concat', parts, { attributes: { axis: 0n } });

/** x [batch, sequence, 6] split into heads [batch, sequence, 2, 3], moved, moved back and joined again. */
function heads() {
  return tinyModel({ x: ['batch', 'sequence', 6] }, (b, [x]) => {
    const y = b.op('Relu', [x as Value]);
    const split = b.op('Reshape', [y, join(b, part(b, y, 0), part(b, y, 1), b.int64([2]), b.int64([3]))]);
    const moved = b.op('Transpose', [split], { attributes: { perm: [0n, 2n, 1n, 3n] } });
    const work = b.op('Neg', [moved]);
    const back = b.op('Transpose', [work], { attributes: { perm: [0n, 2n, 1n, 3n] } });
    return [b.op('Reshape', [back, join(b, part(b, y, 0), part(b, y, 1), b.int64([6]))])];
  });
}

function settle(model: ReturnType<typeof heads>): void {
  for (let round = 0; round < 5 && simplifyShapes(takeSurvey(model)) > 0; round++);
  once(model, eliminateDeadCodeRule);
}

describe('simplify-shapes', () => {
  it('copies dynamic extents in place of computing them, also where they are zero', async () => {
    const model = heads();
    settle(model);
    expect(operators(model)).toEqual(['Relu', 'Reshape', 'Transpose', 'Neg', 'Transpose', 'Reshape']);
    const targets = [...model.graph.nodes()]
      .filter((node) => node.is('Reshape'))
      .map((node) => [...(node.input(1)?.tensor?.numbers() ?? [])]);
    expect(targets).toEqual([
      [0, 0, 2, 3],
      [0, 0, 6],
    ]);
    for (const dims of [
      [2, 5, 6],
      [0, 5, 6],
      [2, 0, 6],
    ]) {
      const feeds = { x: floats(noise(dims.reduce((a, b) => a * b)), dims) };
      expect(await run(model, feeds)).toEqual(await run(heads(), feeds));
    }
  });

  it('reads the shape of what the elementwise operators before it read', () => {
    const model = tinyModel({ x: ['n', 3] }, (b, [x]) => {
      const y = b.op('Mul', [b.op('Exp', [b.op('Neg', [x as Value])]), b.float32([2], [])]);
      const shape = b.op('Shape', [y]);
      shape.type = tensorType('int64');
      return [shape];
    });
    expect(once(model, rule)).toBe(1);
    once(model, eliminateDeadCodeRule);
    expect(operators(model)).toEqual(['Shape']);
    expectUntouched(model, rule);
  });

  it('takes a Reshape and an Expand to the shape of the input out', () => {
    const model = tinyModel({ x: ['n', 'm'] }, (b, [x]) => {
      const y = b.op('Neg', [x as Value]);
      const same = b.op('Reshape', [y, join(b, part(b, x as Value, 0), part(b, y, 1))]);
      return [b.op('Abs', [b.op('Expand', [same, join(b, part(b, y, 0), part(b, y, -1))])])];
    });
    settle(model);
    expect(operators(model)).toEqual(['Neg', 'Abs']);
  });

  it('writes down the numbers of a shape with dynamic parts', () => {
    const model = tinyModel({ x: ['n', 3], y: ['k'] }, (b, [x, y]) => {
      const size = b.op('Mul', [part(b, x as Value, 1), part(b, y as Value, 0)]);
      size.type = tensorType('int64');
      return [size];
    });
    settle(model);
    expect(operators(model)).toEqual(['Shape', 'Gather', 'Mul']);
  });

  it('believes no symbol: two inputs that declare the same one may differ', () => {
    const model = tinyModel({ x: ['n', 2], y: ['n', 2] }, (b, [x, y]) => [
      b.op('Reshape', [x as Value, join(b, part(b, y as Value, 0), part(b, y as Value, 1), b.int64([-1]))]),
      b.op('Expand', [x as Value, join(b, part(b, y as Value, 0), b.int64([2]))]),
    ]);
    settle(model);
    expect(operators(model).filter((op) => op === 'Gather')).not.toEqual([]);
    expect(operators(model)).toContain('Expand');
  });

  it('opens one unknown extent, but not beside a copied one', () => {
    const model = tinyModel({ x: ['n', 6], y: ['k'] }, (b, [x, y]) => {
      const other = () => part(b, y as Value, 0);
      return [
        b.op('Reshape', [x as Value, join(b, other(), b.int64([2]))]),
        b.op('Reshape', [x as Value, join(b, part(b, x as Value, 0), other(), b.int64([2]))]),
      ];
    });
    settle(model);
    expect(operators(model)).toEqual(['Reshape', 'Shape', 'Gather', 'Shape', 'Gather', 'Concat', 'Reshape']);
  });

  it('leaves zeros that are meant as zeros', () => {
    const model = tinyModel({ x: ['n', 'm'] }, (b, [x]) => {
      const target = join(b, part(b, x as Value, 0), b.int64([-1]), b.int64([1]));
      return [b.op('Reshape', [x as Value, target], { attributes: { allowzero: 1n } })];
    });
    expectUntouched(model, rule);
  });

  it('leaves a target that something else reads', () => {
    const model = tinyModel({ x: ['n', 'm'] }, (b, [x]) => {
      const target = join(b, part(b, x as Value, 0), b.int64([-1]), b.int64([1]));
      target.type = tensorType('int64');
      return [b.op('Reshape', [x as Value, target]), target];
    });
    expectUntouched(model, rule);
  });

  it('says what a target can be written as', () => {
    const { graph } = tinyModel({ x: ['n'] }, (b, [x]) => [b.op('Neg', [x as Value])]);
    const [value] = graph.inputs;
    if (value === undefined) throw new Error('there is an input');
    const extent = { value, axis: 0 };
    expect(constantTarget([extent, -1], [extent, 4])).toEqual([0, -1]);
    expect(constantTarget([undefined, 4], undefined)).toEqual([-1, 4]);
    expect(constantTarget([undefined, undefined], undefined)).toBeUndefined();
    expect(constantTarget([undefined, -1], undefined)).toBeUndefined();
    expect(constantTarget([undefined, 0], undefined)).toBeUndefined();
    expect(constantTarget([Tensor.int64([1]).size], [1])).toEqual([1]);
  });
});
