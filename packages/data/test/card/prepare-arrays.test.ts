import { expect, test } from 'vitest';
import type { ModelInput } from '../../src/card/model-input.ts';
import { prepareArrays } from '../../src/card/prepare-arrays.ts';
import { collect } from '../support/list-dataset.ts';
import { npy, zip } from '../support/npy.ts';
import { sourceContext } from '../support/source-context.ts';
import { temporaryFiles } from '../support/write-files.ts';

const file = temporaryFiles();
const x = npy(Uint8Array.of(1, 2), { descr: '|u1', dims: [2, 1] });
const source = { kind: 'arrays' };
const pixels: ModelInput = { name: 'pixels', type: 'uint8', dims: [null, 1] };

test('one array beside the label goes to the only input of the model', async () => {
  const path = file('x.npz', zip({ 'x.npy': x, 'y.npy': x }));
  const label = { field: 'y', type: 'number' };
  const dataset = await prepareArrays(sourceContext({ source, label }, { model: [pixels] }))(path, 0, 1);
  expect((await collect(dataset.read()))[1]).toMatchObject({ inputs: [{ pixels: { dims: [1] } }], label: 2 });
});

test('where it could be others the card has to say', async () => {
  const path = file('x.npz', zip({ 'x.npy': x, 'y.npy': x }));
  const refused = { code: 'invalid-data', hint: 'write "inputs": {"<array>": "<input>"}' };
  await expect(
    prepareArrays(sourceContext({ source }, { model: [pixels] }))(path, 0, 1),
  ).rejects.toMatchObject(refused);
  await expect(prepareArrays(sourceContext({ source }))(path, 0, 1)).rejects.toMatchObject(refused);
  const inputs = { x: { name: 'pixels', type: 'float32' } };
  expect(() => prepareArrays(sourceContext({ source, inputs }, { model: [pixels] }))).toThrow(
    expect.objectContaining({ code: 'invalid-data', message: expect.stringMatching(/wrong dtype/) }),
  );
  const two = [pixels, { ...pixels, name: 'other' }];
  expect(() => prepareArrays(sourceContext({ source, inputs: { x: 'pixels' } }, { model: two }))).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/missing input: the model takes 'other'/) }),
  );
});
