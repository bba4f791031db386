import { parseOptions } from '@sentei/ir';
import { expect, test } from 'vitest';
import { isByFeature, plan, plannedTap, plannedTaps, valuesOf } from '../../src/calibration/plan.ts';

test('fields that are left out are filled in', () => {
  expect(parseOptions(plannedTap, { value: 'h', moments: 'value' })).toEqual({
    value: 'h',
    axis: -1,
    moments: 'value',
    gram: false,
    cross: [],
  });
});

test.each([
  [{ value: '' }, 'value'],
  [{ value: 'h', axis: 0.5 }, 'axis'],
  [{ value: 'h', gramm: true }, 'gramm'],
  [{ value: 'h', histogram: { minimum: 1, maximum: 1, bins: 3 } }, 'histogram'],
  [{ value: 'h', quantiles: { bits: 13 } }, 'quantiles.bits'],
  [{ value: 'h', reservoir: { rows: 0, seed: 1 } }, 'reservoir.rows'],
])('%j is refused with the field at fault', (tap, field) => {
  expect(() => parseOptions(plannedTap, tap)).toThrow(
    expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(field) }),
  );
});

test('a plan of nothing is refused', () => {
  expect(() => parseOptions(plannedTaps, [])).toThrow('no tap is given');
});

test('values are named once, whatever they are read for', () => {
  const taps = [
    { value: 'a', mask: 'm', cross: ['b'] },
    { value: 'b', mask: 'm', gram: true },
  ];
  const planned = parseOptions(plan, { taps, nonFinite: 'skip' });
  expect(valuesOf(planned)).toEqual(['a', 'm', 'b']);
  expect(planned.taps.map(isByFeature)).toEqual([true, true]);
  const pooled = parseOptions(plannedTap, { value: 'a', moments: 'value', quantiles: { bits: 1 } });
  expect(isByFeature(pooled)).toBe(false);
});
