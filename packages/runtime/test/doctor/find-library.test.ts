import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLibraryFinder } from '../../src/doctor/find-library.ts';
import { emptyFolder, fakeHost } from '../support/host.ts';

async function folders() {
  const root = await emptyFolder();
  const make = async (name: string, ...libraries: string[]) => {
    await mkdir(join(root, name));
    for (const library of libraries) await writeFile(join(root, name, library), '');
    return join(root, name);
  };
  return {
    listed: await make('listed', 'a.so', 'b.so'),
    own: await make('own', 'b.so', 'c.so'),
    cached: await make('cached', 'c.so', 'd.so'),
  };
}

test('folders are searched in the order of the loader', async () => {
  const { listed, own, cached } = await folders();
  const lines = ['c.so', 'd.so'].map((name) => `\t${name} (libc6,x86-64) => ${join(cached, name)}`);
  const finder = await createLibraryFinder(
    fakeHost({
      variables: { LD_LIBRARY_PATH: `/none:${listed}:` },
      programs: { ldconfig: ['2 libs found in cache', ...lines, ''].join('\n') },
    }),
  );
  const by = { path: join(own, 'main.so'), runPath: ['$ORIGIN', `\${ORIGIN}/../own`] };
  const found = await Promise.all(
    ['a.so', 'b.so', 'c.so', 'd.so', 'e.so'].map((name) => finder.find(name, by)),
  );
  expect(found).toEqual([
    join(listed, 'a.so'),
    join(listed, 'b.so'),
    join(own, 'c.so'),
    join(cached, 'd.so'),
    undefined,
  ]);
  expect(await finder.find('c.so')).toBe(join(cached, 'c.so'));
});

test('what the cache has for other processors, or no longer has, is not found', async () => {
  const { cached } = await folders();
  const finder = await createLibraryFinder(
    fakeHost({
      programs: {
        '/sbin/ldconfig': `\tc.so (libc6) => ${join(cached, 'c.so')}\n\tgone.so (libc6,x86-64) => /none/gone.so\n`,
      },
    }),
  );
  expect([await finder.find('c.so'), await finder.find('gone.so')]).toEqual([undefined, undefined]);
});

test('a path is itself', async () => {
  const { own } = await folders();
  const finder = await createLibraryFinder(fakeHost());
  expect(await finder.find(join(own, 'b.so'))).toBe(join(own, 'b.so'));
  expect(await finder.find('/none/b.so')).toBeUndefined();
});
