import { expect, test } from 'vitest';
import { instantiatePipeline, PassRegistry, parsePipeline } from '../../src/index.ts';
import { codeOf, errorOf, rejection } from '../support/code-of.ts';
import { emptyFolder } from '../support/folders.ts';
import { passOf } from '../support/passes.ts';
import { factorySource, installPackage } from '../support/plugins.ts';

const CODE = `${factorySource()}export const [fuse, tidy] = [make('fuse'), make('tidy')];`;
const tidy = passOf('tidy', function* () {});

test('passes of packages that a pipeline names are found by package and id', async () => {
  const folder = await emptyFolder();
  await installPackage(folder, '@acme/passes', CODE, '2.0.0');
  const registry = new PassRegistry([tidy]);
  const steps = parsePipeline('tidy, repeat(group(@acme/passes:tidy))');
  expect(codeOf(() => instantiatePipeline(steps, registry))).toBe('unknown-pass');
  await registry.loadNamed(steps, folder);
  expect(registry.plugins.map(({ package: name, version }) => [name, version])).toEqual([
    ['@acme/passes', '2.0.0'],
  ]);
  expect(instantiatePipeline(steps, registry).map(({ id }) => id)).toEqual(['tidy', 'repeat']);
  expect(codeOf(() => instantiatePipeline(parsePipeline('fuse'), registry))).toBe('unknown-pass');
  const error = errorOf(() => instantiatePipeline(parsePipeline('@acme/passes:fuze'), registry));
  expect(error?.hint).toBe('the passes are tidy, @acme/passes:fuse, @acme/passes:tidy');
});

test('passes of a package that was loaded are found by their id too, where it is free', async () => {
  const folder = await emptyFolder();
  await installPackage(folder, 'more-passes', CODE);
  const registry = new PassRegistry([tidy]);
  await registry.loadNamed(parsePipeline('more-passes:fuse'), folder);
  await registry.load('more-passes', folder);
  expect(registry.names()).toEqual(['tidy', 'more-passes:fuse', 'more-passes:tidy', 'fuse']);
  expect(registry.find('tidy')).toBe(tidy);
});

test('an id has to be free and to fit into a pipeline', () => {
  const registry = new PassRegistry([tidy]);
  for (const id of ['tidy', 'repeat', 'a b', 'pkg:a', '']) {
    expect(codeOf(() => registry.register(passOf(id, function* () {})))).toBe('invalid-plugin');
  }
});

test('a pipeline without packages loads none', async () => {
  const registry = new PassRegistry();
  await registry.loadNamed(parsePipeline('a, repeat(b)'), await emptyFolder());
  expect(registry.plugins).toEqual([]);
  const missing = registry.loadNamed(parsePipeline('repeat(not-there:b)'), await emptyFolder());
  expect((await rejection(missing))?.code).toBe('invalid-plugin');
});
