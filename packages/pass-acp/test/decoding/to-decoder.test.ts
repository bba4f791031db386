import { carriedStates, GraphBuilder, type Model, readModel, runPipeline, Tensor, verify } from '@sentei/ir';
import { cleanup } from '@sentei/pass-cleanup';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alibi } from '../../../anatomy/test/support/distance-biases.ts';
import { forgettingModel } from '../../../anatomy/test/support/forgetting-attention.ts';
import { type DecoderOptions, toDecoder } from '../../src/index.ts';
import { byteModel, type ShiftForm } from '../support/byte-model.ts';
import { decodeBytes, decodeRows, randomRows } from '../support/run-decoder.ts';
import { largestDifference, runModel } from '../support/run-model.ts';

const WIDTH = 16;

function decoderOf(model: Model, options: DecoderOptions = {}): Model {
  toDecoder(model, options);
  expect(verify(model)).toEqual([]);
  return model;
}

test('chunks of any lengths give the rows of the whole', async () => {
  const arbitrary = fc.record({
    lengths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
    batch: fc.integer({ min: 1, max: 3 }),
    gateBias: fc.constantFrom(-8, -2, 0, 4),
    gate: fc.constantFrom('log-sigmoid' as const, 'softplus' as const),
    returns: fc.constantFrom('whole' as const, 'rows' as const),
    seed: fc.integer({ min: 0, max: 1000 }),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ lengths, batch, seed, returns, ...options }) => {
      const total = lengths.reduce((a, b) => a + b, 0);
      const x = randomRows(batch, total, WIDTH, seed);
      const whole = await runModel(forgettingModel(options), { x });
      const { rows } = await decodeRows(decoderOf(forgettingModel(options), { returns }), { x }, lengths);
      expect(largestDifference(whole, rows)).toBeLessThan(2e-5);
    }),
    { numRuns: 14, seed: 11 },
  );
});

test.each(['pad', 'concat', 'slice-pad', 'computed-pads', 'pad-slice'] satisfies ShiftForm[])(
  'a shift written as %s hands its last row on',
  async (shift) => {
    const bytes = Uint8Array.from({ length: 23 }, (_, index) => (index * 37) % 256);
    const whole = await decodeBytes(byteModel({ shift }), bytes, [23]);
    const decoder = decoderOf(byteModel({ shift }));
    expect(carriedStates(decoder).map(({ input }) => input)).toContain('past_shift_0');
    const { rows } = await decodeBytes(decoder, bytes, [1, 1, 7, 2, 12]);
    expect(largestDifference(whole.rows, rows)).toBeLessThan(1e-4);
  },
);

test('slopes are gates that are the same everywhere', async () => {
  const model = () => forgettingModel({ bias: alibi([2, 0.125]), gain: 0.5 });
  const decoder = decoderOf(model(), { epsilon: 1e-3, returns: 'rows' });
  const x = randomRows(2, 60, WIDTH, 8);
  const { rows, states } = await decodeRows(decoder, { x }, [20, ...new Array<number>(40).fill(1)]);
  expect(largestDifference(await runModel(model(), { x }), rows)).toBeLessThan(1e-3);
  const keys = (group: number) => states.at(-1)?.[`past_key_0_${group}`]?.dims[2] ?? 0;
  expect(keys(0)).toBeLessThan(10);
  expect(keys(1)).toBeGreaterThan(40);
});

test('keys and values in float16 stay close', async () => {
  const x = randomRows(2, 30, WIDTH, 4);
  const decoder = decoderOf(forgettingModel(), { cache: 'float16' });
  const { rows, states } = await decodeRows(decoder, { x }, [10, 1, 19]);
  expect(states.at(-1)?.past_key_0?.type).toBe('float16');
  expect(largestDifference(await runModel(forgettingModel(), { x }), rows)).toBeLessThan(5e-3);
});

test('metadata tells which output is which input', () => {
  const model = forgettingModel();
  const { states, attention } = toDecoder(model);
  expect(carriedStates(model)).toEqual(states);
  expect(states.map(({ input, output, start }) => [input, output, start])).toEqual([
    ['past_key_0', 'present_key_0', ['batch', 2, 0, 8]],
    ['past_value_0', 'present_value_0', ['batch', 2, 0, 8]],
    ['past_decay_0', 'present_decay_0', ['batch', 2, 0]],
  ]);
  expect(attention).toMatchObject([{ heads: 2, groups: [[0, 1]], forgets: false, reason: undefined }]);
});

test('rows alone are returned where they are to be appended', async () => {
  const model = forgettingModel();
  const { states } = toDecoder(model, { returns: 'rows', epsilon: 1e-3 });
  expect(states.filter(({ append }) => append !== undefined).slice(0, 2)).toEqual([
    {
      input: 'past_key_0_0',
      output: 'new_key_0_0',
      type: 'float32',
      start: ['batch', 1, 0, 8],
      append: 2,
      drop: 'drop_0_0',
    },
    {
      input: 'past_value_0_0',
      output: 'new_value_0_0',
      type: 'float32',
      start: ['batch', 1, 0, 8],
      append: 2,
      drop: 'drop_0_0',
    },
  ]);
});

/** Adds something to the output of a model, of which it is a function. */
function withTail(
  build: (b: GraphBuilder, y: Model['graph']['outputs'][number]) => Model['graph']['outputs'][number],
) {
  const model = forgettingModel();
  const [y] = model.graph.outputs;
  if (y !== undefined) model.graph.setOutputs([build(new GraphBuilder(model.graph), y)]);
  return model;
}

test('positions go on counting', async () => {
  const counted = () =>
    withTail((b, y) => {
      const shape = b.op('Shape', [y]);
      const length = b.op('Gather', [shape, b.constant(Tensor.int64([1], []))], { attributes: { axis: 0n } });
      const [zero, one] = [0, 1].map((number) => b.constant(Tensor.int64([number], [])));
      const range = b.op('Range', [zero ?? null, length, one ?? null]);
      const column = b.op('Unsqueeze', [b.op('Cast', [range], { attributes: { to: 1n } }), b.int64([1])]);
      return b.op('Add', [y, column]);
    });
  const x = randomRows(2, 12, WIDTH, 9);
  const whole = await runModel(counted(), { x });
  const decoder = decoderOf(counted());
  expect(carriedStates(decoder).map(({ input }) => input)).toContain('past_position');
  const { rows } = await decodeRows(decoder, { x }, [5, 1, 6]);
  expect(largestDifference(whole, rows)).toBeLessThan(2e-5);
});

test('rows of a table that are read up to the length go on too', async () => {
  const placed = () =>
    withTail((b, y) => {
      const table = b.constant(
        Tensor.floats(
          Array.from({ length: 40 * WIDTH }, (_, i) => Math.cos(i)),
          [40, WIDTH],
        ),
      );
      const length = b.op('Gather', [b.op('Shape', [y]), b.int64([1])], { attributes: { axis: 0n } });
      return b.op('Add', [y, b.op('Slice', [table, b.int64([0]), length, b.int64([0])])]);
    });
  const x = randomRows(1, 12, WIDTH, 9);
  const { rows } = await decodeRows(decoderOf(placed()), { x }, [5, 1, 6]);
  expect(largestDifference(await runModel(placed(), { x }), rows)).toBeLessThan(2e-5);
});

test.each([
  [
    'a mean over the sequence',
    () => withTail((b, y) => b.op('Add', [y, b.op('ReduceMean', [y, b.int64([1])])])),
    /works along the sequence \(ReduceMean/,
  ],
  [
    'a running sum from the end',
    () =>
      withTail((b, y) =>
        b.op('CumSum', [y, b.constant(Tensor.int64([1], []))], { attributes: { reverse: 1n } }),
      ),
    /works along the sequence \(CumSum/,
  ],
  [
    'a convolution',
    () =>
      withTail((b, y) => {
        const turned = b.op('Transpose', [y], { attributes: { perm: [0n, 2n, 1n] } });
        const kernel = b.constant(Tensor.floats(new Array(WIDTH * 3).fill(0.1), [WIDTH, 1, 3]));
        return b.op('Conv', [turned, kernel], { attributes: { group: BigInt(WIDTH), pads: [1n, 1n] } });
      }),
    /operator Conv is not known to keep positions apart/,
  ],
  [
    'a shift from the future',
    () => withTail((b, y) => b.op('Pad', [y, b.int64([-1, 1]), null, b.int64([1])])),
    /works along the sequence \(Pad/,
  ],
  [
    'the length itself',
    () =>
      withTail((b, y) => {
        const length = b.op('Gather', [b.op('Shape', [y]), b.int64([1])], { attributes: { axis: 0n } });
        return b.op('Mul', [y, b.op('Log', [b.op('Cast', [length], { attributes: { to: 1n } })])]);
      }),
    /depends on the length of the whole sequence/,
  ],
  [
    'positions spread over channels',
    () => withTail((b, y) => b.op('Reshape', [y, b.int64([0, WIDTH, -1])])),
    /may spread a position over several rows/,
  ],
  ['attention to the future', () => forgettingModel({ mask: 'none' }), /no causal mask/],
] satisfies [string, () => Model, RegExp][])(
  '%s is refused, and the model stays as it is',
  (_, make, reason) => {
    const model = make();
    const before = [model.graph.inputs.length, [...model.graph.nodes()].map(String)];
    expect(() => toDecoder(model)).toThrow(expect.objectContaining({ code: 'unsupported-model' }));
    expect(() => toDecoder(model)).toThrow(reason);
    expect([model.graph.inputs.length, [...model.graph.nodes()].map(String)]).toEqual(before);
    expect(verify(model)).toEqual([]);
  },
);

test('the embedded checkpoint is a decoder as it is and cleaned', async () => {
  const read = () => readModel('checkpoints/fox-pro-6l/model.onnx');
  const [plain, cleaned] = [await read(), await read()];
  await runPipeline(cleaned, [cleanup()], {
    logger: console,
    judge: undefined,
    maxDrop: 0.01,
    progress: () => undefined,
  });
  const [first, second] = [toDecoder(plain), toDecoder(cleaned, { epsilon: 1e-4 })];
  expect([verify(plain), verify(cleaned)]).toEqual([[], []]);
  expect(first.states.filter(({ input }) => /shift/.test(input))).toHaveLength(12);
  expect(first.states).toHaveLength(6 * 3 + 12);
  expect(second.attention.map(({ groups, forgets }) => [groups.length, forgets])).toEqual(
    new Array(6).fill([4, true]),
  );
});
