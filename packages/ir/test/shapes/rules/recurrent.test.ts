import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('recurrent rules', () => {
  it('return every state and the last', () => {
    expect(
      infer('LSTM', ['float32[t,b,8]', 'float32[1,64,8]', 'float32[1,64,16]'], {
        attributes: { hidden_size: 16n },
        outputs: 3,
      }),
    ).toEqual(['float32[t,1,b,16]', 'float32[1,b,16]', 'float32[1,b,16]']);
    expect(
      infer('GRU', ['float32[t,b,8]', 'float32[2,48,8]', 'float32[2,48,16]'], {
        attributes: { direction: 'bidirectional' },
        outputs: 2,
      }),
    ).toEqual(['float32[t,2,b,16]', 'float32[2,b,16]']);
    expect(
      infer('RNN', ['float32[b,t,8]', 'float32[1,16,8]', 'float32[1,16,16]'], {
        attributes: { layout: 1n },
        outputs: 2,
      }),
    ).toEqual(['float32[b,t,1,16]', 'float32[b,1,16]']);
  });

  it('refuse sizes that differ', () => {
    expect(
      infer('RNN', ['float32[t,b,8]', 'float32[1,16,8]', 'float32[1,16,16]'], {
        attributes: { hidden_size: 4n },
      }),
    ).toEqual(['-', '! hidden_size and recurrence weights differ']);
  });
});
