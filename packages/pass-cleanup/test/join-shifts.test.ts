import { type GraphBuilder, type Model, Tensor, tensorType, type Value } from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinShiftsRule } from '../src/join-shifts.ts';
import { expectUntouched, floats, noise, once, operators, run, tinyModel } from './support/tiny.ts';

const WIDTH = 3;
const HIDDEN = 4;

interface Form {
  readonly heads: number;
  /** Whether operands are exchanged: those of the sum, of the two products. */
  readonly swaps: readonly boolean[];
  readonly stored: 'float32' | 'float16';
  /** How far rows move, backwards where negative. */
  readonly rows: number;
  readonly gain: number;
  readonly bias?: boolean;
}

const swap = (values: [Value, Value], isSwapped = false): Value[] => (isSwapped ? values.reverse() : values);

function matrix(b: GraphBuilder, columns: number, seed: number, { stored, gain }: Form): Value {
  const values = noise(HIDDEN * columns, seed).map((value) => value * gain);
  const weight = b.graph.addInitializer(
    b.graph.newValue('w'),
    Tensor.floats(values, [HIDDEN, columns], stored),
  );
  return stored === 'float16' ? b.op('Cast', [weight], { attributes: { to: 1n } }) : weight;
}

function gatedShift(b: GraphBuilder, x: Value, form: Form, seed: number): Value {
  const { heads, swaps, rows } = form;
  const projected = b.op('MatMul', [x, matrix(b, heads * WIDTH, seed, form)]);
  const value = b.op('Reshape', [projected, b.int64([0, 0, heads, WIDTH])]);
  const logits = b.op('MatMul', [x, matrix(b, heads, seed + 1, form)]);
  const gate = b.op('Sigmoid', [
    form.bias ? b.op('Add', [b.float32(noise(heads, seed + 2)), logits]) : logits,
  ]);
  const a = b.op('Unsqueeze', [gate, b.int64([-1])]);
  const past = b.op('Pad', [value, b.int64([rows, -rows]), null, b.int64([1])]);
  const one = b.op('Sub', [b.float32([1], []), a]);
  const terms: [Value, Value] = [
    b.op('Mul', swap([a, past], swaps[1])),
    b.op('Mul', swap([one, value], swaps[2])),
  ];
  return b.op('Add', swap(terms, swaps[0]), { types: [tensorType('float32', ['n', 'l', heads, WIDTH])] });
}

function model(forms: readonly Form[], extend = (_: GraphBuilder, values: Value[]) => values): Model {
  return tinyModel({ x: ['n', 'l', HIDDEN] }, (b, [x]) =>
    extend(
      b,
      forms.map((form, index) => b.op('Neg', [gatedShift(b, x as Value, form, 2 * index + 1)])),
    ),
  );
}

const form: fc.Arbitrary<Form> = fc.record({
  heads: fc.integer({ min: 1, max: 3 }),
  swaps: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  stored: fc.constant('float32' as const),
  rows: fc.constant(1),
  gain: fc.constantFrom(0.01, 1, 30),
});

describe('join-shifts', () => {
  it('gives the same keys and values up to rounding, for gates from shut to open', async () => {
    const feeds = { x: floats(noise(2 * 5 * HIDDEN), [2, 5, HIDDEN]) };
    const shared = fc.record({
      stored: fc.constantFrom('float32' as const, 'float16' as const),
      rows: fc.constantFrom(1, 2, -1),
      bias: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(form, form, shared, async (keys, values, both) => {
        const forms = [keys, values].map((one) => ({ ...one, ...both }));
        const [before, after] = [model(forms), model(forms)];
        expect(once(after, joinShiftsRule)).toBe(1);
        const all = operators(after).filter((op) => op !== 'Neg' && op !== 'Cast');
        expect(all).toEqual([
          'MatMul',
          'MatMul',
          'Reshape',
          ...(both.bias ? ['Add'] : []),
          'Sigmoid',
          'Unsqueeze',
          'Pad',
          'Sub',
          'Mul',
          'Add',
          'Split',
        ]);
        const [expected, result] = [await run(before, feeds), await run(after, feeds)];
        for (const [name, { dims, data }] of Object.entries(expected)) {
          expect(result[name]?.dims).toEqual(dims);
          const largest = Math.max(...data.map(Math.abs));
          for (const [i, value] of data.entries())
            expect(Math.abs((result[name]?.data[i] ?? Number.NaN) - value)).toBeLessThan(2e-6 * largest);
        }
        expectUntouched(after, joinShiftsRule);
      }),
      { numRuns: 30 },
    );
  });

  it('leaves single shifts, different shifts, inner values that are read, and other gates', () => {
    const plain: Form = { heads: 2, swaps: [false, false, false], stored: 'float32', rows: 1, gain: 1 };
    expectUntouched(model([plain]), joinShiftsRule);
    expectUntouched(model([plain, { ...plain, rows: 2 }]), joinShiftsRule);
    const read = model([plain, plain], (b, values) => {
      const pads = [...b.graph.nodes()].filter((node) => node.opType === 'Pad');
      return [...values, b.op('Neg', [pads[0]?.outputs[0] as Value])];
    });
    expectUntouched(read, joinShiftsRule);
    const ungated = model([plain, plain]);
    for (const node of ungated.graph.nodes()) if (node.opType === 'Sigmoid') node.opType = 'Tanh';
    expectUntouched(ungated, joinShiftsRule);
  });
});
