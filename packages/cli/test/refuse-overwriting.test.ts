import { link, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { refuseOverwriting } from '../src/refuse-overwriting.ts';
import { emptyFolder } from './support/models.ts';

test('a file that is read is not written, whatever it is called', async () => {
  const folder = await emptyFolder();
  const [source, hard, soft] = ['a', 'b', 'c'].map((name) => join(folder, name)) as [string, string, string];
  await writeFile(source, 'what is read');
  await link(source, hard);
  await symlink(source, soft);
  for (const target of [source, hard, soft, relative('.', source), join(folder, '.', 'x', '..', 'a')]) {
    await expect(refuseOverwriting(target, [undefined, source])).rejects.toMatchObject({
      code: 'output-unwritable',
      subject: target,
    });
  }
});

test('all else may be written', async () => {
  const folder = await emptyFolder();
  const [source, other] = [join(folder, 'a'), join(folder, 'b')];
  await writeFile(source, 'what is read');
  await writeFile(other, 'what is read');
  await refuseOverwriting(undefined, [source]);
  await refuseOverwriting(join(folder, 'new'), [source, join(folder, 'missing')]);
  await refuseOverwriting(other, [source, undefined]);
});
