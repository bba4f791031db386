import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { listImages, readImage } from '../../src/sources/image-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
let count = 0;

async function images(...names: string[]): Promise<string> {
  const place = join(folder(), `${count++}`);
  for (const name of names) {
    await mkdir(dirname(join(place, name)), { recursive: true });
    await writeFile(join(place, name), name);
  }
  return place;
}

test('images are listed in order of their names, with the class of their subfolder', async () => {
  const { files, classes } = await listImages(
    await images('dog/b.PNG', 'cat/z.jpg', 'cat/a.webp', 'cat/.hidden'),
  );
  expect(classes).toEqual(['cat', 'dog']);
  expect(files.map(({ name, className }) => [name, className])).toEqual([
    ['cat/a.webp', 'cat'],
    ['cat/z.jpg', 'cat'],
    ['dog/b.PNG', 'dog'],
  ]);
  const flat = await listImages(await images('b.png', 'a.png'));
  expect(flat.classes).toEqual([]);
  expect(flat.files.map(({ name }) => name)).toEqual(['a.png', 'b.png']);
  expect(flat.files[0]?.hash).not.toBe(flat.files[1]?.hash);
});

test('what is no folder of images is named', async () => {
  const refused = (message: RegExp) => ({ code: 'invalid-data', message: expect.stringMatching(message) });
  await expect(listImages(await images('a.png', 'cat/b.png'))).rejects.toMatchObject(
    refused(/beside its subfolders/),
  );
  await expect(listImages(await images('cat/deep/b.png'))).rejects.toMatchObject(
    refused(/folder within a class/),
  );
  await expect(listImages(await images('a.txt'))).rejects.toMatchObject(
    refused(/a\.txt: is no known kind of image/),
  );
  await expect(listImages(await images('.hidden'))).rejects.toMatchObject(refused(/has no images/));
  await expect(listImages(join(folder(), 'missing'))).rejects.toMatchObject(refused(/does not exist/));
  const linked = await images('a.png');
  await symlink(join(linked, 'a.png'), join(linked, 'b.png'));
  await expect(listImages(linked)).rejects.toMatchObject(refused(/b\.png: is a link/));
});

test('an image that is gone is named', async () => {
  await expect(readImage(join(folder(), 'missing.png'))).rejects.toMatchObject({ code: 'invalid-data' });
});
