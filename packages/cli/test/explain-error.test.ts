import { SenteiError } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explainError } from '../src/explain-error.ts';

test('an error is said in two lines', () => {
  const error = new SenteiError('file-missing', 'a.onnx does not exist', { hint: 'check the path' });
  expect(explainError(error)).toBe('sentei: a.onnx does not exist\nhint: check the path\n');
});

test('errors without a hint get one that fits their kind', () => {
  expect(explainError(new SenteiError('budget-exceeded', 'too bad'))).toContain('hint: raise the budget');
  expect(explainError(new SenteiError('runtime-timeout', 'too slow'))).toContain('hint: sentei doctor');
  expect(explainError(new TypeError('x is undefined'))).toMatch(
    /^sentei: unexpected: x is undefined\nhint: this is a defect .*SENTEI_DEBUG=1.*\n$/,
  );
});

test('the trace is there on demand, with that of the cause', () => {
  const error = new Error('outer', { cause: new Error('inner') });
  expect(explainError(error)).not.toContain('explain-error.test');
  const trace = explainError(error, true);
  expect(trace).toContain('Error: outer');
  expect(trace).toContain('Error: inner');
});

test('no text leaves its line or controls the terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const lines = explainError(new Error(text)).split('\n');
      expect(lines).toHaveLength(3);
      expect(lines.join('')).not.toMatch(/\p{Cc}/u);
    }),
  );
});
