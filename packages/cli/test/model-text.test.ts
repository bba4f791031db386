import { expect, test } from 'vitest';
import { modelText } from '../src/model-text.ts';
import { byteModel } from './support/models.ts';

test('a model is shown by its nodes', () => {
  const text = modelText(byteModel());
  for (const part of ['Gather', 'Identity', 'MatMul']) expect(text).toContain(part);
});
