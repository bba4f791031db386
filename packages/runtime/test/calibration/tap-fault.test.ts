import { expect, test } from 'vitest';
import { TapError } from '../../src/calibration/tap-fault.ts';

test('a fault is plain data, which travels between processes', () => {
  const fault = { code: 'invalid-data', value: 'h', message: 'holds NaN', item: 3 } as const;
  const error = new TapError(fault);
  expect(error.message).toBe('holds NaN');
  expect(structuredClone(error.fault)).toEqual(fault);
});
