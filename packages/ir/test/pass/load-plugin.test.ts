import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isPassFactory, loadPlugin } from '../../src/index.ts';
import { rejection } from '../support/code-of.ts';
import { emptyFolder } from '../support/folders.ts';
import { passOf } from '../support/passes.ts';
import { factorySource, installPackage } from '../support/plugins.ts';

test('passes are found by name and in a list, below the folder and above it', async () => {
  const folder = await emptyFolder();
  const code = `${factorySource()}\nexport const [first, other] = [make('fuse'), 3];\nexport const passes = [first, make('fold')];`;
  await installPackage(folder, '@acme/passes', code, '1.2.3');
  const inner = join(folder, 'deep', 'er');
  await mkdir(inner, { recursive: true });
  for (const from of [folder, inner]) {
    const plugin = await loadPlugin('@acme/passes', from);
    expect([plugin.package, plugin.version]).toEqual(['@acme/passes', '1.2.3']);
    expect(plugin.factories.map(({ id }) => id)).toEqual(['fuse', 'fold']);
  }
});

test.each([
  ['throws', 'throw new Error("no licence")', /fails while it is imported: no licence/],
  ['empty', 'export const x = 1', /exports no pass/],
  ['listless', 'export const passes = 3', /a 'passes' that is no list/],
  ['misfit', `${factorySource()}export const passes = [make('a'), {}]`, /of which number 2 is none/],
  ['twins', `${factorySource()}export const [a, b] = [make('a'), make('a')]`, /two passes called a/],
  ['badly-named', `${factorySource()}export const a = make('x:y')`, /exports no pass/],
])('package %s is no plugin', async (name, code, message) => {
  const folder = await emptyFolder();
  await installPackage(folder, name, code);
  const error = await rejection(loadPlugin(name, folder));
  expect([error?.code, error?.subject, error?.message]).toEqual([
    'invalid-plugin',
    name,
    expect.stringMatching(message),
  ]);
});

test.each([
  '../x',
  './x',
  '/abs',
  'file:x',
  'file:///x.js',
  'a/b',
  '',
  '.',
  'fs',
  'node:fs',
  'data:text/javascript,1',
])('%j is refused without looking', async (name) => {
  const error = await rejection(loadPlugin(name, await emptyFolder()));
  expect([error?.code, error?.message]).toEqual([
    'invalid-plugin',
    `'${name}' is not the name of an npm package`,
  ]);
});

test('a package that is not installed is said to be missing', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'no-such-passes.js'), 'export const x = 1');
  const error = await rejection(loadPlugin('no-such-passes', folder));
  expect([error?.code, error?.hint]).toEqual([
    'invalid-plugin',
    'install it there: npm install no-such-passes',
  ]);
});

test('a pass factory is told by its form', () => {
  const factory = passOf('a', function* () {});
  expect([factory, factory(), () => 1, null, 'x'].map(isPassFactory)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
