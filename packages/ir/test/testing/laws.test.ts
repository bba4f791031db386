import { expect, test } from 'vitest';
import { Tensor } from '../../src/index.ts';
import { agree, BrokenLaw, sameBytes } from '../../src/testing/laws.ts';

const floats = (...values: number[]) => new Map([['y', Tensor.floats(values)]]);

test('numbers agree within a tolerance that grows with them, and infinities with themselves', () => {
  agree(floats(1, 1000, Number.POSITIVE_INFINITY), floats(1.00001, 1000.05, Number.POSITIVE_INFINITY), 1e-4);
  for (const [after, before] of [
    [floats(1), floats(1.001)],
    [floats(Number.NaN), floats(1)],
    [floats(1, 2), floats(1)],
    [new Map(), floats(1)],
  ] as const) {
    expect(() => agree(after, before, 1e-4)).toThrow(BrokenLaw);
  }
});

test('files differ in length or at a byte, which is named', () => {
  sameBytes('undo', Uint8Array.of(1, 2), Uint8Array.of(1, 2), 'same');
  expect(() => sameBytes('undo', Uint8Array.of(1, 3), Uint8Array.of(1, 2), 'x')).toThrow(
    "law 'undo' is broken: x: byte 1 differs",
  );
  expect(() => sameBytes('undo', Uint8Array.of(1), Uint8Array.of(1, 2), 'x')).toThrow(
    '1 bytes where there were 2',
  );
});
