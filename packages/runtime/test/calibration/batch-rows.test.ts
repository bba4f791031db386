import { type HostTensor, hostTensor } from '@sentei/data';
import { parseOptions } from '@sentei/ir';
import { expect, test } from 'vitest';
import { BatchRows } from '../../src/calibration/batch-rows.ts';
import { type Plan, plannedTap } from '../../src/calibration/plan.ts';

const floats = (dims: number[], ...numbers: number[]): HostTensor =>
  hostTensor('float32', dims, Float32Array.from(numbers));

const ITEMS = { examples: [10, 12], parts: [0, 1] };

function select(tensors: Record<string, HostTensor>, tap: object, nonFinite: Plan['nonFinite'] = 'refuse') {
  return new BatchRows(tensors, ITEMS, nonFinite).select(parseOptions(plannedTap, { value: 'h', ...tap }));
}

test('features are the last axis, rows all others', () => {
  const { own } = select({ h: floats([2, 1, 3], 1, 2, 3, 4, 5, 6) }, { gram: true });
  expect(own).toEqual({ rows: 2, features: 3, elements: Float64Array.of(1, 2, 3, 4, 5, 6) });
});

test('features of another axis are brought last', () => {
  const h = floats([2, 3, 2], ...Array.from({ length: 12 }, (_, index) => index));
  for (const axis of [1, -2]) {
    const { own } = select({ h }, { gram: true, axis });
    expect(own).toEqual({
      rows: 4,
      features: 3,
      elements: Float64Array.of(0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11),
    });
  }
  expect(() => select({ h }, { gram: true, axis: 3 })).toThrow('no axis 3');
});

test('a scalar is one row of one feature', () => {
  expect(select({ h: floats([], 7) }, { moments: 'value' }).own).toEqual({
    rows: 1,
    features: 1,
    elements: Float64Array.of(7),
  });
});

test('rows that the mask leaves out do not count, whatever they hold', () => {
  const m = hostTensor('int64', [2, 2], BigInt64Array.of(1n, 0n, 0n, 1n));
  const h = floats([2, 2, 1], 1, Number.NaN, 3, 4);
  const { own, skipped } = select({ h, m }, { gram: true, mask: 'm' });
  expect(own).toEqual({ rows: 2, features: 1, elements: Float64Array.of(1, 4) });
  expect(skipped).toBe(0);
  const short = hostTensor('bool', [1], Uint8Array.of(1));
  expect(() => select({ h, m: short }, { gram: true, mask: 'm' })).toThrow("mask 'm' has 1");
});

test('numbers that are not finite name the value and its item, or their rows are counted and left out', () => {
  const y = floats([2, 2, 1], 1, 2, 3, Number.NEGATIVE_INFINITY);
  const tensors = { h: floats([2, 2, 1], 5, 6, 7, 8), y };
  const tap = { gram: true, cross: ['y'] };
  expect(() => select(tensors, tap)).toThrow(
    expect.objectContaining({
      fault: { code: 'invalid-data', value: 'y', message: 'holds -Infinity', item: 1 },
    }),
  );
  const { own, others, skipped } = select(tensors, tap, 'skip');
  expect([own.rows, others[0]?.rows, skipped]).toEqual([3, 3, 1]);
  expect(own.elements).toEqual(Float64Array.of(5, 6, 7));
});

test('values that are multiplied have as many rows as each other', () => {
  const tensors = { h: floats([2, 1], 1, 2), y: floats([3, 1], 1, 2, 3) };
  expect(() => select(tensors, { cross: ['y'] })).toThrow("2 rows where 'y' has 3");
});

test('rows know the example, its part and their place in it', () => {
  const tap = { reservoir: { rows: 1, seed: 0 } };
  const m = hostTensor('bool', [2, 2], Uint8Array.of(0, 1, 1, 1));
  const { origins } = select({ h: floats([2, 2, 1], 1, 2, 3, 4), m }, { ...tap, mask: 'm' });
  expect(origins).toEqual({
    examples: Float64Array.of(10, 12, 12),
    parts: Float64Array.of(0, 1, 1),
    positions: Float64Array.of(1, 0, 1),
  });
  // Without an axis for the batch they belong to its first item.
  const pooled = select({ h: floats([3, 1], 1, 2, 3) }, tap);
  expect(pooled.origins).toEqual({
    examples: Float64Array.of(10, 10, 10),
    parts: new Float64Array(3),
    positions: Float64Array.of(0, 1, 2),
  });
});

test('texts are refused, and so is a value that is not there', () => {
  expect(() => select({ h: hostTensor('string', [1], ['a']) }, { gram: true })).toThrow(
    expect.objectContaining({ fault: expect.objectContaining({ code: 'unsupported-model' }) }),
  );
  expect(() => select({}, { gram: true })).toThrow('was not computed');
});
