import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

const packages = readdirSync('packages');

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

test.each(packages)('project references of %s are its workspace dependencies', (name) => {
  const { dependencies = {} } = readJson<Manifest>(`packages/${name}/package.json`);
  const { references } = readJson<{ references: { path: string }[] }>(`packages/${name}/tsconfig.json`);
  const expected = Object.keys(dependencies).filter((dependency) => dependency.startsWith('@sentei/'));
  expect(references.map(({ path }) => `@sentei/${basename(path)}`).sort()).toEqual(expected.sort());
});

test('the root project references every package', () => {
  const { references } = readJson<{ references: { path: string }[] }>('tsconfig.json');
  expect(references.map(({ path }) => basename(path)).sort()).toEqual([...packages].sort());
});

test.each(packages)('%s imports only what it depends on', (name) => {
  const { dependencies = {}, peerDependencies = {} } = readJson<Manifest>(`packages/${name}/package.json`);
  const sources = readdirSync(`packages/${name}/src`, { recursive: true, encoding: 'utf8' });
  const imported = sources
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...readFileSync(`packages/${name}/src/${file}`, 'utf8').matchAll(/ from '([^.'][^']*)'/g),
    ])
    .map((match) => match[1] ?? '')
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  expect(
    [...new Set(imported)].filter(
      (specifier) => !(specifier in dependencies || specifier in peerDependencies),
    ),
  ).toEqual([]);
});
