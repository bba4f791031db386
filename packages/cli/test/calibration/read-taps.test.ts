import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTaps } from '../../src/calibration/read-taps.ts';
import { emptyFolder } from '../support/models.ts';

async function tapsFile(content: string): Promise<string> {
  const path = join(await emptyFolder(), 'taps.json');
  await writeFile(path, content);
  return path;
}

test('taps are a list, or an object with one', async () => {
  const tap = { value: 'h', moments: 'feature' };
  const wanted = [expect.objectContaining({ ...tap, axis: -1, gram: false })];
  expect(await readTaps(await tapsFile(JSON.stringify([tap])))).toEqual(wanted);
  expect(await readTaps(await tapsFile(JSON.stringify({ taps: [tap] })))).toEqual(wanted);
});

test.each([
  ['{', 'is no JSON'],
  ['[]', 'no tap is given'],
  ['[{"value": "h", "gram": "yes"}]', '0.gram'],
  ['{"taps": [], "more": 1}', 'expected array'],
  ['null', 'expected array'],
])('%s is refused, with file and fault', async (content, fault) => {
  const path = await tapsFile(content);
  await expect(readTaps(path)).rejects.toMatchObject({
    code: 'invalid-option',
    subject: path,
    message: expect.stringContaining(fault),
  });
});

test('a file that is not there is named', async () => {
  await expect(readTaps('/nowhere.json')).rejects.toMatchObject({
    code: 'invalid-option',
    subject: '/nowhere.json',
  });
});
