import {
  DATA_TYPES,
  type Model,
  runPipeline,
  Tensor,
  tensorType,
  type Value,
  writeModelBytes,
} from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateDeadCodeRule } from '../src/eliminate-dead-code.ts';
import { foldConstants, foldConstantsPass, foldConstantsRule as rule } from '../src/fold-constants.ts';
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

describe('fold-constants with an executor', () => {
  const context = {
    logger: { info: () => undefined, warn: () => undefined },
    judge: undefined,
    maxDrop: 0,
    progress: () => undefined,
  };
  const waves = () =>
    tinyModel({ x: ['n'] }, (b, [x]) => {
      const wave = b.op('Sin', [b.op('Exp', [b.float32([0.25, -1, 3])])]);
      return [b.op('Mul', [b.op('Neg', [x as Value]), b.op('Add', [wave, b.float32([1], [])])])];
    });
  /** Runs in this process; counts its runs and refuses models with an operator. */
  function executor(unable = '') {
    const seen: string[][] = [];
    const runHere = async (model: Model) => {
      seen.push(operators(model));
      if (operators(model).includes(unable)) throw new Error(`no kernel for ${unable}`);
      const results = await run(model, {});
      return new Map(
        Object.entries(results).map(([name, { data, dims }]) => [name, Tensor.floats(data, dims)]),
      );
    };
    return { seen, run: runHere };
  }

  it('folds what the executor computes, in one run, to the bits it computes', async () => {
    const model = waves();
    const own = executor();
    const [record] = await runPipeline(model, [foldConstantsPass()], { ...context, executor: own });
    expect(record?.patches.map(({ decision }) => decision)).toEqual(['applied']);
    expect(own.seen).toEqual([['Exp', 'Sin', 'Add']]);
    once(model, eliminateDeadCodeRule);
    expect(operators(model)).toEqual(['Neg', 'Mul']);
    const feeds = { x: floats([1, 2, 3], [3]) };
    expect(await run(model, feeds)).toEqual(await run(waves(), feeds));
  });

  it('writes the same bytes each time', async () => {
    const [first, second] = [waves(), waves()];
    for (const model of [first, second])
      await runPipeline(model, [foldConstantsPass()], { ...context, executor: executor() });
    expect(Buffer.compare(writeModelBytes(first), writeModelBytes(second))).toBe(0);
  });

  it('folds the rest where the executor fails on a node, and says why', async () => {
    const model = waves();
    const settings = { ...context, executor: executor('Add') };
    const [record] = await runPipeline(model, [foldConstantsPass()], settings);
    once(model, eliminateDeadCodeRule);
    // With the sine at hand, the sum needs no executor.
    expect(operators(model)).toEqual(['Neg', 'Mul']);
    expect(record?.patches[0]).toMatchObject({ decision: 'refused', reason: 'no kernel for Add' });
  });

  it('keeps to its limit, and to the size of the file unless told otherwise', async () => {
    const large = () =>
      tinyModel({ x: ['n'] }, (b, [x]) => [
        b.op('Mul', [x as Value, b.op('Tile', [b.op('Sin', [b.float32([1])]), b.int64([500])])]),
      ]);
    const folded = async (options: Parameters<typeof foldConstantsPass>[0]) => {
      const model = large();
      await runPipeline(model, [foldConstantsPass(options)], { ...context, executor: executor() });
      once(model, eliminateDeadCodeRule);
      return operators(model);
    };
    expect(await folded({})).toEqual(['Tile', 'Mul']);
    expect(await folded({ grow: true })).toEqual(['Mul']);
    expect(await folded({ grow: true, limit: 100 })).toEqual(['Tile', 'Mul']);
  });
});
