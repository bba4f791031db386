import { describe, expect, it } from 'vitest';
import { pattern } from '../../src/index.ts';
import { codeOf } from '../support/code-of.ts';

describe('pattern', () => {
  it('records operators, variables and outputs', () => {
    const { variables, outputs, nodes, anchor } = pattern((op, x, w) =>
      op.Add(op.MatMul(x, w), op.constant()),
    );
    expect([variables.length, outputs.length, nodes.length, anchor.opType]).toEqual([2, 1, 2, 'Add']);
  });

  it.each([
    ['an output that is no operator', () => pattern((_op, x) => x as never)],
    [
      'a variable that nothing binds',
      () => pattern((op, x, y) => (y ? op.Relu(x as never) : op.Relu(x as never))),
    ],
    [
      'a value of another pattern',
      () => {
        let kept: never;
        pattern((op, x) => {
          kept = op.Relu(x as never) as never;
          return kept;
        });
        return pattern((op) => op.Neg(kept));
      },
    ],
    ['outputs that share nothing', () => pattern((op, x, y) => [op.Relu(x as never), op.Relu(y as never)])],
  ])('refuses %s', (_, write) => {
    expect(codeOf(write)).toBe('invalid-option');
  });
});
