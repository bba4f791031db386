import { expect, test } from 'vitest';
import { defaultPoints, parsePoints, synthesizePoint } from '../../src/benchmark/points.ts';
import type { ValueSignature } from '../../src/process/protocol.ts';

const ids: ValueSignature = { name: 'ids', type: 'int64', dims: ['rows', 'tokens'] };

test('points are sizes by name, apart by semicolons', () => {
  expect(parsePoints('batch=1 length=128; batch=8,length=512;')).toEqual([
    { batch: 1, length: 128 },
    { batch: 8, length: 512 },
  ]);
  expect(parsePoints('tokens=7')).toEqual([{ tokens: 7 }]);
});

test.each(['', ' ; ', 'batch', 'batch=x', 'batch=-1', '=3', 'batch=1 batch=2'])('%j is no point', (text) => {
  expect(() => parsePoints(text)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});

test('sizes are those of batch, length and of symbols', () => {
  const shape = (sizes: Record<string, number>) => synthesizePoint([ids], sizes).feeds.ids?.dims;
  expect(shape({ batch: 3, length: 5 })).toEqual([3, 5]);
  expect(shape({ rows: 2, tokens: 9 })).toEqual([2, 9]);
  expect(shape({ batch: 3, tokens: 9 })).toEqual([3, 9]);
  expect(synthesizePoint([ids], { batch: 3, length: 5 }).label).toBe('batch 3, length 5');
});

test('a part of a sum may be given a size', () => {
  const cache: ValueSignature = { name: 'mask', type: 'int64', dims: ['rows', 'past + tokens'] };
  expect(synthesizePoint([ids, cache], { past: 4, tokens: 2 }).feeds.mask?.dims).toEqual([1, 6]);
});

test('a dimension that the model does not have is named', () => {
  expect(() => synthesizePoint([ids], { frames: 3 })).toThrow(
    /no dimension 'frames' \(it has rows, tokens\)/,
  );
});

test('without points there are two lengths and a batch, or what the model leaves open', () => {
  const labels = (dims: ValueSignature['dims']) =>
    defaultPoints([{ ...ids, dims }]).map(({ label }) => label);
  expect(labels(['rows', 'tokens'])).toEqual(['length 128', 'length 512', 'batch 8, length 128']);
  expect(labels(['rows', 16])).toEqual(['batch 1', 'batch 8']);
  expect(labels([2, 16])).toEqual(['fixed size']);
});
