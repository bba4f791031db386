import { expect, test } from 'vitest';
import {
  checkAllFed,
  findInput,
  type ModelInput,
  resolveInput,
  resolveTokenInputs,
} from '../../src/card/model-input.ts';

const input = (name: string, type: ModelInput['type'], ...dims: (number | string | null)[]): ModelInput => ({
  name,
  type,
  dims,
});
const ids = input('ids', 'int32', 'batch', 'sequence');
const pixels = input('pixels', 'float32', 1, 3, 'height', null);
const mask = input('mask', 'int64', 'batch', 'sequence');
const question = (
  model?: readonly ModelInput[],
  inputs?: Record<string, { name: string; type?: string }>,
) => ({
  subject: 'card.json',
  model,
  inputs,
});
const refused = (message: RegExp, hint = /./) =>
  expect.objectContaining({
    code: 'invalid-data',
    subject: 'card.json',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
const tokens = ['int64', 'int32'] as const;

test('the only input of the type and rank is taken, whatever its name', () => {
  expect(resolveInput(question([ids, pixels]), 'input_ids', tokens, 2)).toMatchObject({
    name: 'ids',
    type: 'int32',
  });
  expect(resolveInput(question([ids, pixels]), 'image', ['float32'], 4)).toMatchObject({ name: 'pixels' });
  const unranked = input('any', 'int64');
  expect(resolveInput(question([unranked]), 'input_ids', tokens, 2)).toMatchObject({ name: 'any' });
});

test('a name is never enough: of two that fit the card has to say which', () => {
  const model = [input('input_ids', 'int64', 'b', 's'), mask];
  expect(() => resolveInput(question(model), 'input_ids', tokens, 2)).toThrow(
    refused(/can be 'input_ids' .*, 'mask'/, /"inputs": \{"input_ids": "input_ids", "<part>": "mask"\}/),
  );
  expect(() => resolveInput(question([ids, mask]), 'input_ids', tokens, 2)).toThrow(
    refused(/can be 'ids' .*, 'mask'/, /"inputs": \{"input_ids": "ids", "<part>": "mask"\}/),
  );
});

test('without a fitting input, or a model, the error says so', () => {
  expect(() => resolveInput(question([pixels]), 'input_ids', tokens, 2)).toThrow(
    refused(/no input of the model can take input_ids/, /'pixels' \(float32 \[1, 3, height, \?\]\)/),
  );
  expect(() => resolveInput(question(), 'image', ['float32'], 4)).toThrow(
    refused(/does not say/, /"image": "<input>"/),
  );
});

test("the type is the model's, or what the card says where there is none", () => {
  expect(
    resolveInput(question([ids, mask], { input_ids: { name: 'ids' } }), 'input_ids', tokens, 2).type,
  ).toBe('int32');
  expect(
    resolveInput(question(undefined, { input_ids: { name: 'x', type: 'int32' } }), 'input_ids', tokens, 2)
      .type,
  ).toBe('int32');
  expect(resolveInput(question(undefined, { input_ids: { name: 'x' } }), 'input_ids', tokens, 2).type).toBe(
    'int64',
  );
  expect(() =>
    resolveInput(question([pixels], { input_ids: { name: 'pixels' } }), 'input_ids', tokens, 2),
  ).toThrow(refused(/wrong dtype: input_ids becomes int64 or int32, input 'pixels' takes float32/));
  expect(() => findInput('card.json', [ids], 'idz')).toThrow(refused(/no input 'idz'/, /'ids'/));
});

test('parts of tokens go where the card says, others are refused', () => {
  const inputs = { input_ids: { name: 'ids' }, attention_mask: { name: 'mask' } };
  expect(resolveTokenInputs(question([ids, mask], inputs))).toEqual({
    input_ids: { name: 'ids', type: 'int32' },
    attention_mask: { name: 'mask', type: 'int64' },
  });
  expect(() => resolveTokenInputs(question([ids], { pixels: { name: 'ids' } }))).toThrow(
    refused(/inputs\.pixels/),
  );
  expect(resolveTokenInputs(question([ids], { pixels: { name: 'x' } }), ['pixels'])).toEqual({
    input_ids: { name: 'ids', type: 'int32' },
  });
});

test('every input gets something, once', () => {
  checkAllFed(question([ids, mask]), ['ids', 'mask']);
  checkAllFed(question(), ['ids']);
  expect(() => checkAllFed(question([ids, mask]), ['ids'])).toThrow(
    refused(/missing input: the model takes 'mask'/),
  );
  expect(() => checkAllFed(question(), ['ids', 'ids'])).toThrow(
    expect.objectContaining({ code: 'invalid-data', message: expect.stringMatching(/'ids' is given twice/) }),
  );
});
