import { expect, it } from 'vitest';
import { importMicrosoft } from '../../src/fusing/import-domain.ts';
import { tinyModel } from '../support/tiny.ts';

it('imports the domain once and leaves a version that is there', () => {
  const model = tinyModel({ x: ['n'] }, (b, [x]) => (x ? [b.op('Neg', [x])] : []));
  importMicrosoft(model);
  expect([...model.opsetImports]).toEqual([
    ['', 18],
    ['com.microsoft', 1],
  ]);
  model.opsetImports.set('com.microsoft', 2);
  importMicrosoft(model);
  expect(model.opsetImports.get('com.microsoft')).toBe(2);
});
