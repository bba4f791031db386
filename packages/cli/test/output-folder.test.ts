import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Staging, withOutputFolder } from '../src/output-folder.ts';
import { emptyFolder, listing } from './support/models.ts';

async function writeResult({ result }: Staging, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(result, name, '..'), { recursive: true });
    await writeFile(join(result, name), `new ${name}`);
  }
}

test('files appear on publishing, with the folders they need, and nothing else stays', async () => {
  const folder = await emptyFolder();
  const out = join(folder, 'a', 'b');
  const seen = await withOutputFolder(out, join(folder, 'source.onnx'), async (staging) => {
    await writeFile(join(staging.trials, 'trial.onnx'), '');
    await writeResult(staging, ['model.onnx', 'report.json', 'weights/part.bin']);
    const before = (await listing(out)).filter((name) => !name.startsWith('.sentei-'));
    await staging.publish();
    return before;
  });
  expect(seen).toEqual([]);
  expect(await listing(out)).toEqual(['model.onnx', 'report.json', 'weights', 'weights/part.bin']);
});

test('a failure leaves nothing behind and earlier results as they were', async () => {
  const folder = await emptyFolder();
  const fail = async (staging: Staging): Promise<void> => {
    await writeResult(staging, ['model.onnx']);
    throw new Error('no');
  };
  await expect(withOutputFolder(join(folder, 'a', 'b'), 'source.onnx', fail)).rejects.toThrow('no');
  expect(await listing(folder)).toEqual([]);
  await writeFile(join(folder, 'model.onnx'), 'old');
  await expect(withOutputFolder(folder, 'source.onnx', fail)).rejects.toThrow('no');
  expect(await listing(folder)).toEqual(['model.onnx']);
  expect(await readFile(join(folder, 'model.onnx'), 'utf8')).toBe('old');
});

test('the source is never written over, not through a link either', async () => {
  const folder = await emptyFolder();
  const source = join(folder, 'model.onnx');
  await writeFile(source, 'source');
  await mkdir(join(folder, 'linked'));
  await symlink(source, join(folder, 'linked', 'model.onnx'));
  for (const out of [folder, join(folder, 'linked')]) {
    await expect(withOutputFolder(out, source, async () => 0)).rejects.toMatchObject({
      code: 'output-unwritable',
      message: `${join(out, 'model.onnx')} is the model that is to be pruned`,
    });
  }
});

test('weights of the source that lie in the output folder stay untouched', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'source.onnx'), '');
  await writeFile(join(folder, 'weights.bin'), 'old');
  await withOutputFolder(folder, join(folder, 'source.onnx'), async (staging) => {
    await writeResult(staging, ['model.onnx', 'weights.bin']);
    await staging.publish();
  });
  expect(await readFile(join(folder, 'weights.bin'), 'utf8')).toBe('old');
  expect(await readFile(join(folder, 'model.onnx'), 'utf8')).toBe('new model.onnx');
});

test('what cannot be a folder or a file of the result is refused before any work', async () => {
  const folder = await emptyFolder();
  const file = join(folder, 'file');
  await writeFile(file, '');
  await mkdir(join(folder, 'taken', 'model.onnx'), { recursive: true });
  const before = await listing(folder);
  const cases = [
    [file, `${file} is a file, not a folder`],
    [join(file, 'below'), `${join(file, 'below')} cannot be made (ENOTDIR)`],
    [join(folder, 'taken'), `${join(folder, 'taken', 'model.onnx')} is a folder`],
  ] as const;
  for (const [out, message] of cases) {
    const work = async () => expect.unreachable('work is done');
    await expect(withOutputFolder(out, 'source.onnx', work)).rejects.toMatchObject({
      code: 'output-unwritable',
      message,
    });
  }
  expect(await listing(folder)).toEqual(before);
});
