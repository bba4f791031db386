import { expect, it } from 'vitest';
import { decodeModel } from '../../src/codec/wire.ts';
import { readModelBytes, writeModelBytes } from '../../src/index.ts';
import { tinyBytes } from '../support/tiny-model.ts';

it('reads both spellings of the standard domain and keeps the one of the file', () => {
  const bytes = tinyBytes({
    opsetImport: [
      { domain: 'ai.onnx', version: 13 },
      { domain: 'a', version: 2 },
    ],
  });
  const model = readModelBytes(bytes);
  expect([...model.opsetImports]).toEqual([
    ['', 13],
    ['a', 2],
  ]);
  expect(writeModelBytes(model)).toEqual(bytes);
  model.opsetImports.set('b', 1);
  const written = decodeModel(writeModelBytes(model)).opsetImport ?? [];
  expect(written.map(({ domain, version }) => [domain, Number(version)])).toEqual([
    ['ai.onnx', 13],
    ['a', 2],
    ['b', 1],
  ]);
});
