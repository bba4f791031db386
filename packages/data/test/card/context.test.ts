import { expect, test } from 'vitest';
import { fieldInput, labelOptions, paddingOf, refuseKeys, tokenizerOf } from '../../src/card/context.ts';
import { sourceContext } from '../support/source-context.ts';

const source = { kind: 'jsonl', path: 'x' };
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'invalid-data', message: expect.stringMatching(message) });

test("a field has the type of the model, or the card's, or float32", () => {
  const model = [{ name: 'x', type: 'int64', dims: null }] as const;
  expect(fieldInput(sourceContext({ source }, { model }), { name: 'x' })).toMatchObject({
    type: 'int64',
    convert: false,
  });
  expect(fieldInput(sourceContext({ source }, { model }), { name: 'x', type: 'int64' })).toMatchObject({
    convert: true,
  });
  expect(fieldInput(sourceContext({ source }), { name: 'x', type: 'bool', shape: [2] })).toMatchObject({
    type: 'bool',
    shape: [2],
  });
  expect(fieldInput(sourceContext({ source }), { name: 'x' }).type).toBe('float32');
  expect(() => fieldInput(sourceContext({ source }, { model }), { name: 'x', type: 'bool' })).toThrow(
    refused(/the card says bool for input 'x', which takes int64/),
  );
  const sequence = [{ name: 'x', type: null, dims: null }];
  expect(() => fieldInput(sourceContext({ source }, { model: sequence }), { name: 'x' })).toThrow(
    refused(/no tensor/),
  );
});

test('pad values go to inputs; what goes with padded ids is padded with 0 unless said otherwise', () => {
  const tokens = {
    input_ids: { name: 'ids', type: 'int64' },
    attention_mask: { name: 'mask', type: 'int64' },
    position_ids: { name: 'places', type: 'int64' },
  } as const;
  const pad = (padding: Record<string, number>, side?: string) =>
    paddingOf(sourceContext({ source, batch: { padding, side } }), tokens, {
      x: { name: 'pixels', type: 'float32' },
    });
  expect(pad({ input_ids: 7, position_ids: 1, x: -1 }, 'left')).toEqual({
    values: { ids: 7, mask: 0, places: 1, pixels: -1 },
    side: 'left',
  });
  expect(pad({ x: 2 })).toEqual({ values: { pixels: 2 }, side: 'right' });
  expect(paddingOf(sourceContext({ source }), tokens, {})).toBeUndefined();
  expect(() => pad({ y: 0 })).toThrow(refused(/batch\.padding\.y/));
});

test('labels need a field, text a tokenizer, and unknown parts are refused', async () => {
  expect(labelOptions(sourceContext({ source }))).toBeUndefined();
  expect(() => labelOptions(sourceContext({ source, label: { type: 'number' } }))).toThrow(
    refused(/label\.field/),
  );
  await expect(tokenizerOf(sourceContext({ source }))).rejects.toEqual(refused(/no tokenizer/));
  const context = sourceContext({ source, inputs: { image: 'x' } });
  refuseKeys(context, ['image']);
  expect(() => refuseKeys(context, ['input_ids'])).toThrow(refused(/inputs\.image/));
});
