import { expect, test } from 'vitest';
import { labelOf } from '../../src/sources/label.ts';

const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'invalid-data', subject: 'row', message: expect.stringMatching(message) });

test('labels of every type are read', () => {
  expect(labelOf(1.5, { field: 'y', type: 'number' }, 'row')).toBe(1.5);
  expect(labelOf('hi', { field: 'y', type: 'text' }, 'row')).toBe('hi');
  expect(labelOf([1, 2], { field: 'y', type: 'numbers' }, 'row')).toEqual([1, 2]);
  expect(labelOf(3, { field: 'y', type: 'class' }, 'row')).toBe(3);
  expect(labelOf('b', { field: 'y', type: 'class', classes: ['a', 'b'] }, 'row')).toBe(1);
});

test('labels of another type are named', () => {
  expect(() => labelOf('1', { field: 'y', type: 'number' }, 'row')).toThrow(
    refused(/label 'y' is a text, the card says number/),
  );
  expect(() => labelOf(Number.NaN, { field: 'y', type: 'number' }, 'row')).toThrow(refused(/is NaN/));
  expect(() => labelOf([1, null], { field: 'y', type: 'numbers' }, 'row')).toThrow(
    refused(/no finite number/),
  );
  expect(() => labelOf(1.5, { field: 'y', type: 'class' }, 'row')).toThrow(
    refused(/1\.5, which is no class/),
  );
  expect(() => labelOf(2, { field: 'y', type: 'class', classes: ['a', 'b'] }, 'row')).toThrow(
    refused(/no class/),
  );
  expect(() => labelOf('c', { field: 'y', type: 'class', classes: ['a', 'b'] }, 'row')).toThrow(
    refused(/none of the card's classes/),
  );
  expect(() => labelOf('c', { field: 'y', type: 'class' }, 'row')).toThrow(
    refused(/not the number of a class/),
  );
  expect(() => labelOf(1, { field: 'y', type: 'tensor' }, 'row')).toThrow(refused(/the card says tensor/));
});
