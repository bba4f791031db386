import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  Graph,
  inputDefaults,
  Model,
  readModelBytes,
  setInputDefault,
  tensorType,
  Value,
  writeModelBytes,
} from '../../src/index.ts';

function gated(size: number | string, type: 'bool' | 'float' = 'bool'): Model {
  const inputs = [
    new Value('x', tensorType('float32', [1])),
    new Value('gates', tensorType(type === 'bool' ? 'bool' : 'float32', [size])),
  ];
  const graph = new Graph('gated', inputs);
  graph.setOutputs(inputs.slice(0, 1));
  return new Model(graph, [['', 17]], 8);
}

test('flags are kept with the model', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), (flags) => {
      const model = gated(flags.length);
      setInputDefault(model, 'gates', flags);
      const read = readModelBytes(writeModelBytes(model));
      expect([...inputDefaults(read)]).toEqual([['gates', flags]]);
    }),
    { numRuns: 20 },
  );
});

test('a model without them has none', () => {
  expect(inputDefaults(gated(3)).size).toBe(0);
});

test.each([
  ['gates', '[true]', 'has 1 flags'],
  ['gates', '[1, 0, 1]', 'no JSON list of booleans'],
  ['gates', 'true', 'no JSON list of booleans'],
  ['gates', '[true', 'no JSON list of booleans'],
  ['x', '[true]', 'has 1 flags, which the input does not take'],
  ['others', '[true]', 'an input that the model does not have'],
])('metadata for %s of %s is refused', (name, text, fault) => {
  const model = gated(3);
  model.metadataProps.set(`sentei.default.${name}`, text);
  expect(() => inputDefaults(model)).toThrow(
    expect.objectContaining({ code: 'invalid-graph', message: expect.stringContaining(fault) }),
  );
});

test('flags that the model cannot take are not set', () => {
  expect(() => setInputDefault(gated(3), 'gates', [true])).toThrow(/1 flags/);
  expect(() => setInputDefault(gated('n', 'float'), 'gates', [true])).toThrow(/does not take/);
  expect(() => setInputDefault(gated(3), 'others', [true])).toThrow(/does not have/);
  const model = gated('n');
  setInputDefault(model, 'gates', [true, false]);
  expect(inputDefaults(model).get('gates')).toEqual([true, false]);
});
