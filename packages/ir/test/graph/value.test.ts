import { describe, expect, it } from 'vitest';
import { decodeModel } from '../../src/codec/wire.ts';
import { readModelBytes, Tensor, tensorType, Value, writeModelBytes } from '../../src/index.ts';
import { floatInfo, tinyBytes, tinyModel } from '../support/tiny-model.ts';

describe('Value', () => {
  it('knows who reads it', () => {
    const { x, w, sum, y, add, relu } = tinyModel();
    add.setInput(1, x);
    expect([x.uses.size, x.consumers(), x.soleConsumer()]).toEqual([2, [add], add]);
    expect([w.isUsed, sum.soleConsumer(), y.isUsed, y.soleConsumer()]).toEqual([
      false,
      relu,
      true,
      undefined,
    ]);
  });

  it('has no sole consumer when a graph returns it', () => {
    const { graph, sum, y } = tinyModel();
    graph.setOutputs([y, sum]);
    expect(sum.soleConsumer()).toBeUndefined();
  });

  it('points uses at another value, several of one node included', () => {
    const { x, w, add } = tinyModel();
    add.setInputs([x, x, null]);
    x.replaceUsesWith(w);
    expect(add.inputs).toEqual([w, w, null]);
    expect([x.uses.size, w.uses.size]).toEqual([0, 2]);
    w.replaceUsesWith(w);
    expect(w.uses.size).toBe(2);
  });

  it('writes a new type in place of the one in the file, and keeps the rest of the description', () => {
    const model = readModelBytes(
      tinyBytes({}, { output: [{ ...floatInfo('y', ['n']), docString: 'logits' }] }),
    );
    const [y] = model.graph.outputs;
    if (y) y.type = tensorType('float16', [4]);
    const again = readModelBytes(writeModelBytes(model)).graph.outputs[0];
    expect(again?.type).toEqual(tensorType('float16', [4]));
    expect(decodeModel(writeModelBytes(model)).graph?.output?.[0]?.docString).toBe('logits');
  });

  it('takes its shape from its tensor before its type', () => {
    const value = new Value('v', tensorType('float32', ['n']));
    expect(value.shape).toEqual(['n']);
    value.tensor = Tensor.floats([1, 2]);
    expect(value.shape).toEqual([2]);
    expect(new Value('v', { kind: 'opaque', domain: '', name: 'o' }).shape).toBeUndefined();
    expect(`${value}`).toBe('%v');
  });
});

it('taking over a name takes over the declared type with it, from a file or from a pass', () => {
  const output = new Value('y', tensorType('float32', ['n', 3]));
  const computed = new Value('t', tensorType('float32'));
  computed.swapIdentity(output);
  expect([computed.name, computed.shape]).toEqual(['y', ['n', 3]]);
  expect([output.name, output.shape]).toEqual(['t', undefined]);
});

it('a value keeps its own type where the name it takes over declares none', () => {
  const computed = new Value('t', tensorType('int64', [2]));
  computed.swapIdentity(new Value('y'));
  expect([computed.name, computed.shape]).toEqual(['y', [2]]);
});
