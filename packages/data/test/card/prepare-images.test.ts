import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareImages } from '../../src/card/prepare-images.ts';
import { png } from '../support/png.ts';
import { sourceContext } from '../support/source-context.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

async function images(name: string, ...classes: string[]): Promise<string> {
  for (const each of classes) {
    await mkdir(join(folder(), name, each), { recursive: true });
    await writeFile(join(folder(), name, each, 'a.png'), png(1, 1, Uint8Array.of(each.length)));
  }
  return join(folder(), name);
}

function prepare(fields: Record<string, unknown>, label?: unknown) {
  const source = { kind: 'images', height: 1, width: 1, ...fields };
  const context = sourceContext({ source, label, inputs: { image: 'x' } });
  if (context.card.source.kind !== 'images') throw new Error('not images');
  return prepareImages(context, context.card.source);
}

test('a class has the same number in every folder, or the card lists the classes', async () => {
  const [train, test] = [await images('train', 'cat', 'dog'), await images('test', 'dog')];
  const open = prepare({}, { type: 'class' });
  expect((await open(train, 0, 1)).size).toBe(2);
  await expect(open(test, 0, 1)).rejects.toMatchObject({
    code: 'invalid-data',
    subject: test,
    hint: expect.stringContaining('label.classes'),
  });
  const listed = prepare({}, { type: 'class', classes: ['cat', 'dog'] });
  await listed(train, 0, 1);
  expect((await listed(test, 0, 1)).size).toBe(1);
});

test('means of other channels and labels of another type are refused', async () => {
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'invalid-data', message: expect.stringMatching(message) });
  expect(() => prepare({ mean: [1, 2] })).toThrow(refused(/source\.mean: 2 values for 3 channels/));
  expect(() => prepare({ std: [1, 2, 3], channels: 'grey' })).toThrow(
    refused(/source\.std: 3 values for 1 channels/),
  );
  expect(() => prepare({}, { type: 'number' })).toThrow(refused(/label: images have the class/));
  await mkdir(join(folder(), 'flat'));
  await writeFile(join(folder(), 'flat', 'a.png'), png(1, 1, Uint8Array.of(1)));
  await expect(prepare({}, { type: 'class' })(join(folder(), 'flat'), 0, 1)).rejects.toEqual(
    refused(/no subfolders/),
  );
});
