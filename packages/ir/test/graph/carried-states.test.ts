import { expect, test } from 'vitest';
import {
  type CarriedState,
  carriedStates,
  Graph,
  Model,
  readModelBytes,
  setCarriedStates,
  tensorType,
  Value,
  writeModelBytes,
} from '../../src/index.ts';

function model(): Model {
  const inputs = [
    new Value('past', tensorType('float32', ['batch', 2, 'length'])),
    new Value('x', tensorType('float32', ['batch', 2, 'length'])),
  ];
  const graph = new Graph('carrying', inputs);
  graph.setOutputs(inputs.slice(1));
  return new Model(graph, [['', 17]], 8);
}

const STATE: CarriedState = { input: 'past', output: 'x', type: 'float32', start: ['batch', 2, 0] };

test('states are kept with the model', () => {
  const written = model();
  setCarriedStates(written, [STATE]);
  expect(carriedStates(readModelBytes(writeModelBytes(written)))).toEqual([STATE]);
});

test('rows to append and to drop are kept too', () => {
  const written = model();
  const state = { ...STATE, append: 2, drop: 'x' };
  setCarriedStates(written, [state]);
  expect(carriedStates(readModelBytes(writeModelBytes(written)))).toEqual([state]);
});

test('a model without them has none', () => {
  expect(carriedStates(model())).toEqual([]);
});

test.each([
  { ...STATE, input: 'elsewhere' },
  { ...STATE, output: 'past' },
  { ...STATE, type: 'float16' },
  { ...STATE, start: [0] },
  { ...STATE, append: 3 },
  { ...STATE, append: 2, drop: 'elsewhere' },
] satisfies CarriedState[])('%o does not fit', (state) => {
  expect(() => setCarriedStates(model(), [state])).toThrow(
    expect.objectContaining({ code: 'invalid-graph' }),
  );
});

test('one input has one state', () => {
  expect(() => setCarriedStates(model(), [STATE, STATE])).toThrow(/two states/);
});

test.each([
  'no JSON',
  '{}',
  '[1]',
  '[{"input":"past"}]',
  '[{"input":"past","output":"x","type":"float32","start":[-1]}]',
])('metadata %s is refused', (text) => {
  const written = model();
  written.metadataProps.set('sentei.states', text);
  expect(() => carriedStates(written)).toThrow(/no list of states/);
});
