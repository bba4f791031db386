import { DATA_TYPES, type GraphBuilder, type Model, Tensor, tensorType, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateDeadCodeRule } from '../src/eliminate-dead-code.ts';
import { mergeShifts, mergeShiftsRule as rule } from '../src/merge-shifts.ts';
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

interface Form {
  readonly rows?: number;
  readonly kept?: number;
  readonly axis?: number;
  readonly back?: boolean;
  readonly fill?: number;
  readonly constantOfShape?: boolean;
  readonly partialShape?: boolean;
  readonly half?: boolean;
  readonly unknownRank?: boolean;
  /** Declared nowhere. */
  readonly inferredRank?: boolean;
  readonly options?: TinyOptions;
}

/** x [n, s, 2] moved by rows along an axis. */
function shifted(form: Form = {}): Model {
  const { rows = 1, kept = rows, axis = 1, back = false, fill = 0 } = form;
  return tinyModel(
    { x: ['n', 's', 2] },
    (b, [input]) => {
      const type = form.half ? 'float16' : 'float32';
      const x = source(b, input as Value, form);
      const cut = (from: number | bigint, to: number | bigint) => {
        const ends = [from, to].map((end) => b.constant(Tensor.int64([end])));
        return b.op('Slice', [x, ...ends, b.int64([axis]), b.int64([1])]);
      };
      const far = 2n ** 63n - 1n;
      const attributes: Record<string, bigint> = form.partialShape ? { end: 2n } : {};
      const shape = b.op('Shape', [back ? cut(-rows, far) : cut(0, rows)], { attributes });
      const zero = Tensor.floats([fill], [], type);
      const zeros = form.constantOfShape
        ? b.op('ConstantOfShape', [shape], { attributes: { value: Tensor.floats([fill], [1], type) } })
        : b.op('Expand', [b.constant(zero), shape]);
      const rest = back ? cut(kept, far) : cut(0, -kept);
      return [b.op('Concat', back ? [rest, zeros] : [zeros, rest], { attributes: { axis: BigInt(axis) } })];
    },
    form.options,
  );
}

function source(b: GraphBuilder, input: Value, form: Form): Value {
  if (form.half) return b.op('Cast', [input], { attributes: { to: BigInt(DATA_TYPES.float16) } });
  if (form.inferredRank) return b.op('Abs', [input]);
  return form.unknownRank ? b.op('Reshape', [input, shapeOfUnknownLength(b, input)]) : input;
}

/** The shape of a value, cut by a number that only a run tells. */
function shapeOfUnknownLength(b: GraphBuilder, input: Value): Value {
  const zero = b.op('ReduceSum', [b.op('Mul', [input, b.float32([0], [])])], {
    attributes: { keepdims: 0n },
  });
  const three = b.op('Cast', [b.op('Add', [zero, b.float32([3])])], {
    attributes: { to: BigInt(DATA_TYPES.int64) },
  });
  return b.op('Slice', [b.op('Shape', [input]), b.int64([0]), three]);
}

describe('merge-shifts', () => {
  it.each<Form>([
    {},
    { rows: 3 },
    { back: true },
    { back: true, rows: 2 },
    { axis: -2 },
    { axis: 0, constantOfShape: true },
    { options: { opset: 13 } },
    { axis: -2, options: { opset: 11 } },
    { unknownRank: true },
    { inferredRank: true },
    { inferredRank: true, options: { opset: 13 } },
  ])('writes %j as one Pad, for every length', async (form) => {
    const model = shifted(form);
    expect(mergeShifts(takeSurvey(model))).toBe(1);
    once(model, eliminateDeadCodeRule);
    expect(operators(model).at(-1)).toBe('Pad');
    expect(operators(model).filter((opType) => opType === 'Concat' || opType === 'Expand')).toEqual([]);
    // Pads that name their axes are a last resort: ONNX Runtime moves Transposes through them as if they were those of all axes.
    expect([...model.graph.nodes()].at(-1)?.inputs.length).toBe(form.unknownRank ? 4 : 2);
    expectUntouched(model, rule);
    for (const length of [0, 1, 2, 5]) {
      const feeds = { x: floats(noise(4 * length), [2, length, 2]) };
      const [before, after] = await Promise.all([run(shifted(form), feeds), run(model, feeds)]);
      expect(Object.values(after)).toEqual(Object.values(before));
    }
  });

  it.each<[string, Form]>([
    ['ones coming in', { fill: 1 }],
    ['minus zeros coming in', { fill: -0 }],
    ['a growing or shrinking tensor', { kept: 2 }],
    ['zeros of another rank', { partialShape: true }],
    ['types that not every provider pads', { half: true }],
    ['pads as attributes', { options: { opset: 10 } }],
    ['an unknown rank before pads name their axes', { unknownRank: true, options: { opset: 13 } }],
  ])('leaves %s', (_, form) => {
    expectUntouched(shifted(form), rule);
  });

  it('leaves a Concat of slices of different tensors, and of more than two', () => {
    const other = shifted();
    const slice = [...other.graph.nodes()].at(-2);
    const y = other.graph.newValue('y', tensorType('float32', ['n', 's', 2]));
    other.graph.inputs.push(y);
    slice?.setInput(0, y);
    expectUntouched(other, rule);
    const three = shifted();
    const concat = [...three.graph.nodes()].at(-1);
    concat?.setInputs([...concat.inputs, concat.inputs[1] ?? null]);
    expectUntouched(three, rule);
  });
});
