import { describe, expect, it } from 'vitest';
import { SenteiError } from '../src/index.ts';

describe('SenteiError', () => {
  it('carries a code, the thing at fault, a hint and the cause', () => {
    const cause = new Error('below');
    const error = new SenteiError('not-onnx', 'no', { subject: 'a.onnx', hint: 'look again', cause });
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.message, error.subject, error.hint, error.cause]).toEqual([
      'SenteiError',
      'not-onnx',
      'no',
      'a.onnx',
      'look again',
      cause,
    ]);
  });

  it('has no cause of its own making', () => {
    expect(Object.hasOwn(new SenteiError('cancelled', 'stopped'), 'cause')).toBe(false);
  });
});
