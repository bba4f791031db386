import { type GraphBuilder, type Model, Tensor, tensorType, type Value } from '@sentei/ir';
import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it, test } from 'vitest';
import { clean } from '../support/clean.ts';
import { floats, initializer, noise, operators, run, tinyModel } from '../support/tiny.ts';

const type = tensorType('float32', ['n']);

/** `If` on the input `c` with the given branches. */
function choice(b: GraphBuilder, c: Value, branches: readonly ((body: GraphBuilder) => Value)[]): Value {
  const [then_branch, else_branch] = branches.map((build, index) =>
    b.subgraph(`branch_${index}`, [], (body) => [{ value: build(body), type: tensorType('float32') }]),
  );
  if (then_branch === undefined || else_branch === undefined) throw new Error('an If has two branches');
  return b.op('If', [c], { attributes: { then_branch, else_branch } });
}

/** Checks that the cleaned model computes the same bits on both sides of its `If`. */
async function expectSame(model: Model, cleaned: Model, x: OrtTensor): Promise<void> {
  for (const side of [true, false]) {
    const feeds = { x, c: new OrtTensor('bool', [side], []) };
    expect(await run(cleaned, feeds)).toEqual(await run(model, feeds));
  }
}

describe('onnxscript #2810: constant folding takes the axes away from a Squeeze', () => {
  it('not from one inside of a branch, the way torch exports squeeze', async () => {
    const model = tinyModel({ x: [1, 3], c: ['bool', []] }, (b, [x, c]) => {
      const axes = initializer(b.graph, 'axes', Tensor.int64([0]));
      const folded = b.op('Unsqueeze', [b.float32([1, 2, 3]), axes]);
      const sum = b.op('Add', [x as Value, folded]);
      const same = (body: GraphBuilder) => body.op('Identity', [sum]);
      return [choice(b, c as Value, [(body) => body.op('Squeeze', [sum, axes]), same])];
    });
    const cleaned = await clean(model);
    expect(operators(cleaned)).not.toContain('Unsqueeze');
    const squeeze = [...cleaned.graph.allNodes()].find((node) => node.is('Squeeze'));
    expect(squeeze?.input(1)?.tensor?.bigints()).toEqual([0n]);
    await expectSame(model, cleaned, floats(noise(3), [1, 3]));
  });
});

describe('ORT #729, onnx PR #4118, onnxscript PR #2347: a value that only a subgraph reads is taken for dead', () => {
  it('but stays here, with the initializers that lead to it', async () => {
    const model = tinyModel({ x: [3], c: ['bool', []] }, (b, [x, c]) => {
      const weight = initializer(b.graph, 'outer', Tensor.floats([1, 2, 3]));
      const captured = b.op('Mul', [x as Value, weight]);
      b.op('Exp', [captured]);
      const nested = (body: GraphBuilder) =>
        choice(body, c as Value, [
          (inner) => inner.op('Neg', [captured]),
          (inner) => inner.op('Abs', [captured]),
        ]);
      return [choice(b, c as Value, [nested, (body) => body.op('Add', [x as Value, weight])])];
    });
    const cleaned = await clean(model);
    expect(operators(cleaned)).toContain('Mul');
    expect(operators(cleaned)).not.toContain('Exp');
    expect([...cleaned.graph.initializers].map(({ name }) => name)).toEqual(['outer']);
    await expectSame(model, cleaned, floats(noise(3), [3]));
  });
});

/** A `Loop` of three steps that adds an initializer of its body; all bodies of a model have equal ones. */
function loop(b: GraphBuilder, from: Value): Value {
  const inputs = [
    { name: 'step', type: tensorType('int64', []) },
    { name: 'go', type: tensorType('bool', []) },
    { name: 'state', type },
  ];
  const body = b.subgraph('body', inputs, (inner, [, go, state]) => {
    const weight = initializer(inner.graph, 'weight', Tensor.floats([0.5]));
    const same = inner.op('Identity', [state as Value]);
    return [
      { value: inner.op('Identity', [go as Value]), type: tensorType('bool', []) },
      { value: inner.op('Add', [same, weight]), type },
    ];
  });
  return b.op('Loop', [b.int64([3], []), b.constant(Tensor.bool([true], [])), from], {
    attributes: { body },
  });
}

test('ORT PR #32474: initializers of Loop bodies are doubled, under one name', async () => {
  const model = tinyModel({ x: ['n'] }, (b, [x]) => [loop(b, loop(b, x as Value))]);
  const cleaned = await clean(model);
  const names = [...cleaned.graphs()].flatMap(({ initializers }) =>
    [...initializers].map(({ name }) => name),
  );
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name.startsWith('weight')).length).toBeGreaterThan(0);
  expect(names.filter((name) => name.startsWith('weight')).length).toBeLessThanOrEqual(2);
  const feeds = { x: floats([1, 2], [2]) };
  expect(await run(cleaned, feeds)).toEqual(await run(model, feeds));
});

test('onnxsim PR #1012: what is inside of a Loop is not seen', async () => {
  const model = tinyModel({ x: ['n'] }, (b, [x]) => [loop(b, x as Value)]);
  expect(operators(model)).toEqual(['Loop', 'Identity', 'Identity', 'Add']);
  expect(operators(await clean(model)).filter((name) => name !== 'Identity')).toEqual(['Loop', 'Add']);
  // The condition has to be a value of the body; the copy of the state does not.
  expect(operators(await clean(model))).toHaveLength(3);
});
