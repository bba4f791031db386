import { expect, test } from 'vitest';
import { isPackageName, isPassName, packageOf } from '../../src/pass/pass-name.ts';

test('a pass is named by its id, or by its package and its id', () => {
  const names = ['cleanup', 'a-1', '@acme/passes:fuse', 'sentei-extra.2:Fuse'];
  expect(names.map(isPassName)).toEqual([true, true, true, true]);
  expect(names.map(packageOf)).toEqual([undefined, undefined, '@acme/passes', 'sentei-extra.2']);
});

test.each([
  '',
  '1a',
  '../x:a',
  './x:a',
  '/x:a',
  'C:\\x:a',
  'file:///x:a',
  'x:',
  ':a',
  'x/y:a',
  '@a/b/c:d',
  'X:a',
  'a b:c',
  '@a:b',
])('%j names no pass', (name) => {
  expect([isPassName(name), packageOf(name)]).toEqual([false, undefined]);
});

test('paths, addresses, parts of packages and names too long are no packages', () => {
  expect(['a', '@a/b', 'a.b_c~d'].map(isPackageName)).toEqual([true, true, true]);
  const others = [
    '',
    '.',
    '..',
    '.a',
    '_a',
    '../a',
    '/a',
    'a/b',
    'file:a',
    'https://a',
    '@a',
    'a'.repeat(215),
  ];
  expect(others.map(isPackageName)).toEqual(others.map(() => false));
});
