import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FsTree } from 'nx/src/generators/tree.js';
import { expect, test } from 'vitest';
import passGenerator from '../generators/pass/generator.mjs';

/** The repository as a tree whose changes are kept in memory. */
const repository = () => new FsTree(process.cwd(), false);

const textOf = (tree: FsTree, path: string) => tree.read(path, 'utf8') ?? '';

test('a pass gets a package with tests and README, and is registered', () => {
  const tree = repository();
  passGenerator(tree, { name: 'swap-signs', description: "Swaps the model's signs." });
  const created = tree.listChanges().filter(({ type }) => type === 'CREATE');
  expect(created.map(({ path }) => path.replace('packages/pass-swap-signs/', '')).sort()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
    'src/index.ts',
    'src/swap-signs.ts',
    'test/laws.test.ts',
    'test/readme.test.ts',
    'test/swap-signs.test.ts',
    'tsconfig.json',
  ]);
  expect(textOf(tree, 'packages/pass-swap-signs/src/swap-signs.ts')).toContain(
    "description: 'Swaps the model\\'s signs.'",
  );
  const passes = textOf(tree, 'packages/cli/src/passes.ts');
  expect(passes).toContain("import { swapSigns } from '@sentei/pass-swap-signs';");
  expect(passes).toMatch(/PASSES: readonly PassFactory\[\] = \[[^\]]*, swapSigns\]/);
  const manifest = JSON.parse(textOf(tree, 'packages/cli/package.json'));
  expect(manifest.dependencies).toHaveProperty(['@sentei/pass-swap-signs']);
  for (const [path, reference] of [
    ['tsconfig.json', 'packages/pass-swap-signs'],
    ['packages/cli/tsconfig.json', '../pass-swap-signs'],
  ] as const) {
    expect(JSON.parse(textOf(tree, path)).references).toContainEqual({ path: reference });
  }
});

test.each([
  ['pass-fuse', "leave out 'pass-'"],
  ['FuseNorms', 'is no name of a pass'],
  ['fuse--norms', 'is no name of a pass'],
  ['../fuse', 'is no name of a pass'],
  ['delete', 'is a word of the language'],
  ['acp', "there is a package 'acp' already"],
  ['runtime', "there is a package 'runtime' already"],
])('the name %s is refused, and nothing is written', (name, message) => {
  const tree = repository();
  expect(() => passGenerator(tree, { name })).toThrow(message);
  expect(tree.listChanges()).toEqual([]);
});

test('the same pass twice, and a workspace that looks otherwise, are refused', () => {
  const tree = repository();
  passGenerator(tree, { name: 'swap-signs' });
  expect(() => passGenerator(tree, { name: 'swap-signs' })).toThrow('already');
  const empty = new FsTree(mkdtempSync(join(tmpdir(), 'sentei-empty-')), false);
  expect(() => passGenerator(empty, { name: 'swap-signs' })).toThrow('does not look as expected');
});
