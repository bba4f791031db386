import {
  Graph,
  GraphBuilder,
  inferTypes,
  Model,
  Tensor,
  tensorType,
  Value,
  writeModelBytes,
} from '@sentei/ir';
import fc from 'fast-check';
import ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { matchDistanceBias } from '../../src/bias/match-distance-bias.ts';
import { DISTANCES } from '../../src/bias/position-form.ts';
import {
  alibi,
  bucketBias,
  clampedTable,
  distances,
  fixedTable,
  kerple,
  type MakeBias,
  positions,
} from '../support/distance-biases.ts';

const SLOPES = [0.5, 0.125];

/** A model of a bias over as many positions as its input has, and what is recognised in it. */
function recognise(make: MakeBias) {
  const x = new Value('x', tensorType('float32', ['sequence']));
  const graph = new Graph('bias', [x]);
  const b = new GraphBuilder(graph);
  const bias = make(b, b.op('Shape', [x]));
  graph.setOutputs([bias]);
  const model = new Model(graph, [['', 18]], 10);
  return { model, b, bias, found: matchDistanceBias(bias, inferTypes(model)) };
}

/** Rows of the table that the recognised bias emits, and of the bias itself, as numbers. */
async function run({ model, b, bias, found }: ReturnType<typeof recognise>, length: number) {
  const [x] = model.graph.inputs;
  const table = found?.table?.(b, b.op('Shape', [x ?? null]));
  if (table === undefined) throw new Error('no table');
  bias.type = tensorType('float32');
  table.type = tensorType('float32');
  model.graph.setOutputs([bias, table]);
  const session = await ort.InferenceSession.create(writeModelBytes(model), { logSeverityLevel: 3 });
  const outputs = await session.run({ x: new ort.Tensor('float32', new Float32Array(length), [length]) });
  const [whole, rows] = session.outputNames.map((name) => outputs[name]);
  await session.release();
  return { whole: whole as ort.Tensor, rows: rows as ort.Tensor };
}

test.each(['keys', 'distances', 'absolute', 'table', 'last-columns'] as const)(
  'reads the slopes of ALiBi off %s',
  (form) => {
    const { found } = recognise(alibi(SLOPES, form, 64));
    expect(found?.slopes?.map((slope) => Number(slope.toFixed(6)))).toEqual(SLOPES);
    expect(found?.hidden).toBe(form === 'table' ? Number.NEGATIVE_INFINITY : undefined);
  },
);

const BUCKETS = Array.from({ length: 16 }, (_, k) => [-k, 0.3 * Math.sin(k)]);

test.each([
  ['buckets of T5', bucketBias(BUCKETS)],
  [
    'a clamped table',
    clampedTable([
      [0, -1, -3, 2],
      [1, 0.5, -9, -9],
    ]),
  ],
  ['a table of a fixed size', fixedTable(2, 60, (head, distance) => -((head + distance) ** 2))],
  ['KERPLE', kerple([1, 8], [0.1, 2])],
  [
    'the square of the distance',
    (b, length) =>
      b.op('Neg', [
        b.op('Cast', [b.op('Pow', [distances(b, length), b.float32([2], [])])], { attributes: { to: 1n } }),
      ]),
  ],
] satisfies [string, MakeBias][])('%s: the table is the bias itself, by distance', async (_, make) => {
  const recognised = recognise(make);
  expect(recognised.found?.slopes).toBeUndefined();
  const length = 50;
  const { whole, rows } = await run(recognised, length);
  const heads = rows.dims[0] ?? 0;
  expect(rows.dims).toEqual([heads, length]);
  const [numbers, table] = [whole.data as Float32Array, rows.data as Float32Array];
  for (let head = 0; head < heads; head += 1) {
    for (let i = 0; i < length; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        const expected = numbers[(head * length + i) * length + j];
        expect(table[head * length + i - j]).toBe(expected);
      }
    }
    // What is known without a run agrees with it.
    const sample = recognised.found?.samples?.[head];
    for (let s = 0; (DISTANCES[s] ?? length) < length; s += 1) {
      expect(sample?.[s]).toBeCloseTo(table[head * length + (DISTANCES[s] ?? 0)] ?? Number.NaN, 4);
    }
  }
});

test('affine expressions of positions fall by their step along keys, whatever else is done to them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -5, max: 5 }),
      fc.integer({ min: -5, max: 5 }),
      fc.integer({ min: 1, max: 8 }),
      (row, column, divisor) => {
        const { found } = recognise((b, length) => {
          const numbers = b.op('Cast', [positions(b, length)], { attributes: { to: 1n } });
          const rows = b.op('Mul', [b.op('Unsqueeze', [numbers, b.int64([1])]), b.float32([row], [])]);
          const columns = b.op('Mul', [numbers, b.float32([column], [])]);
          const sum = b.op('Sub', [b.op('Add', [columns, rows]), b.float32([7], [])]);
          return b.op('Div', [sum, b.float32([divisor], [])]);
        });
        expect(found?.slopes?.[0]).toBeCloseTo(column / divisor, 6);
      },
    ),
    { numRuns: 30 },
  );
});

test('what depends on more than the distance is not recognised', () => {
  const square = (b: GraphBuilder, value: Value) => b.op('Mul', [value, value]);
  const forms: MakeBias[] = [
    // j², i², (i + j)² and j compared with a number are no functions of i − j.
    (b, length) => square(b, positions(b, length)),
    (b, length) => square(b, b.op('Unsqueeze', [positions(b, length), b.int64([1])])),
    (b, length) => {
      const numbers = positions(b, length);
      return square(b, b.op('Add', [b.op('Unsqueeze', [numbers, b.int64([1])]), numbers]));
    },
    (b, length) =>
      b.op('Where', [b.op('Less', [positions(b, length), b.int64([5])]), b.float32([0]), b.float32([-1])]),
    // Not the same along its diagonals.
    (b, length) =>
      b.op('Slice', [
        b.float32([0, 9, 9, 1, 0, 9, 4, 2, 0], [3, 3]),
        b.int64([0, 0]),
        b.op('Concat', [length, length], { attributes: { axis: 0n } }),
        b.int64([0, 1]),
      ]),
    // Positions that come from elsewhere.
    (b, length) =>
      b.op('Cast', [b.op('NonZero', [b.op('Expand', [b.float32([1]), length])])], { attributes: { to: 1n } }),
  ];
  for (const make of forms) expect(recognise(make).found).toBeUndefined();
});

test('a range of one position is not one of the sequence', () => {
  const x = new Value('x', tensorType('float32', ['sequence']));
  const other = new Value('other', tensorType('float32', ['other']));
  const graph = new Graph('bias', [x, other]);
  const b = new GraphBuilder(graph);
  const columns = b.op('Cast', [positions(b, b.op('Shape', [other]))], { attributes: { to: 1n } });
  const bias = b.op('Add', [columns, b.op('Expand', [b.float32([0]), b.op('Shape', [x])])]);
  graph.setOutputs([bias]);
  expect(matchDistanceBias(bias, inferTypes(new Model(graph, [['', 18]], 10)))).toBeUndefined();
});

test('a part of a table from anywhere but its start is one only where it is affine along one axis', () => {
  const shifted =
    (make: MakeBias, axes: number[]): MakeBias =>
    (b, length) =>
      b.op('Slice', [
        make(b, length),
        b.op('Neg', [b.op('Expand', [length, b.int64([axes.length])])]),
        b.int64(axes.map(() => Number.MAX_SAFE_INTEGER)),
        b.int64(axes),
      ]);
  const whole =
    (table: Tensor): MakeBias =>
    (b) =>
      b.constant(table);
  const squares = Tensor.floats(
    Array.from({ length: 64 }, (_, k) => -(((k >> 3) - (k & 7)) ** 2)),
    [8, 8],
  );
  const line = Tensor.floats(
    Array.from({ length: 8 }, (_, k) => k / 2),
    [1, 8],
  );
  expect(recognise(shifted(whole(squares), [0, 1])).found).toBeUndefined();
  expect(recognise(shifted(whole(line), [1])).found?.slopes).toEqual([0.5]);
});

test.each([
  ['int64', true],
  ['bool', true],
  // Numbers of any size are no mask.
  ['float32', false],
] as const)('positions counted by a mask of %s, as BLOOM has them: %s', (elementType, isRead) => {
  const mask = new Value('mask', tensorType(elementType, ['batch', 'sequence']));
  const graph = new Graph('bias', [mask]);
  const b = new GraphBuilder(graph);
  const whole = elementType === 'bool' ? b.op('Cast', [mask], { attributes: { to: 7n } }) : mask;
  const one = elementType === 'float32' ? b.float32([1], []) : b.constant(Tensor.int64([1], []));
  const counts = b.op('CumSum', [whole, b.constant(Tensor.int64([-1], []))]);
  const numbered = b.op('Mul', [b.op('Sub', [counts, one]), whole]);
  const spread = b.op('Cast', [b.op('Unsqueeze', [numbered, b.int64([1])])], { attributes: { to: 1n } });
  const scaled = b.op('Mul', [b.float32(SLOPES, [1, 2, 1]), spread]);
  const bias = b.op('Unsqueeze', [scaled, b.int64([2])]);
  graph.setOutputs([bias]);
  const found = matchDistanceBias(bias, inferTypes(new Model(graph, [['', 18]], 10)));
  expect(found?.slopes).toEqual(isRead ? SLOPES : undefined);
  expect(found?.counted).toBe(isRead ? mask : undefined);
});
