import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { findPlaces } from '../../src/benchmark/places.ts';
import { synthesizeInputs } from '../../src/inputs/synthesize-inputs.ts';
import type { ValueSignature } from '../../src/process/protocol.ts';

const x: ValueSignature = { name: 'x', type: 'float32', dims: ['batch', 2] };
const gates: ValueSignature = { name: 'gates', type: 'bool', dims: [3] };
const made = (inputs: readonly ValueSignature[]) => [
  { label: 'here', feeds: synthesizeInputs(inputs, { batch: 2 }) },
];

test('inputs that models share are fed the same', async () => {
  const places = await findPlaces(made, [[x], [gates, x]]);
  expect(places.map(({ label }) => label)).toEqual(['here']);
  const [original, candidate] = places[0]?.feeds ?? [];
  expect(Object.keys(original ?? {})).toEqual(['x']);
  expect(Object.keys(candidate ?? {})).toEqual(['gates', 'x']);
  expect(candidate?.x).toBe(original?.x);
});

test('given points are for all models, each of which takes what it reads', async () => {
  const feeds = {
    x: hostTensor('float32', [1, 2], new Float32Array(2)),
    gates: hostTensor('bool', [3], new Uint8Array(3)),
  };
  const [place] = await findPlaces([{ label: 'given', feeds }], [[x, gates], [x]]);
  expect(place?.feeds.map((own) => Object.keys(own))).toEqual([['x', 'gates'], ['x']]);
});

test('constants are for inputs that the original does not have', async () => {
  const constants = {
    gates: hostTensor('bool', [3], Uint8Array.of(0, 1, 0)),
    x: hostTensor('bool', [], new Uint8Array(1)),
  };
  const [place] = await findPlaces(async (inputs) => made(inputs), [[x], [gates, x]], constants);
  const [original, candidate] = place?.feeds ?? [];
  expect(candidate?.gates).toBe(constants.gates);
  expect(candidate?.x).toBe(original?.x);
});

test('no points are refused', async () => {
  await expect(findPlaces([], [[x]])).rejects.toMatchObject({ code: 'invalid-option' });
});
