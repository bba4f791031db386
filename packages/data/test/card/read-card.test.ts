import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeBeside, readCard } from '../../src/card/read-card.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

async function card(content: unknown): Promise<string> {
  const path = join(folder(), 'card.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('every fault of a card is told in one line', async () => {
  const path = await card({
    version: 1,
    source: { kind: 'bytes', length: 0, colour: 1 },
    batch: { size: 1.5 },
  });
  const error = await readCard(path).catch((cause) => cause);
  expect(error).toMatchObject({ code: 'invalid-data', subject: path });
  expect(error.message).toMatch(/source\.length: .*source: Unrecognized key: "colour".*batch\.size: /);
  expect(error.message).not.toContain('\n');
});

test('of several forms of a value the nearest one tells what is wrong', async () => {
  const source = { kind: 'bytes' };
  const shares = { calibration: 0.5, selection: 0.5 };
  await expect(readCard(await card({ version: 1, source, splits: { shares } }))).rejects.toMatchObject({
    message: expect.stringMatching(/splits\.shares\.heldout: /),
  });
  const inputs = { x: { name: 'x', shape: [-1] } };
  await expect(readCard(await card({ version: 1, source, inputs }))).rejects.toMatchObject({
    message: expect.stringMatching(/inputs\.x\.shape\.0: /),
  });
});

test('what is no JSON, too large or not there is named', async () => {
  await expect(readCard(await card('{'))).rejects.toMatchObject({
    message: expect.stringMatching(/is not JSON/),
  });
  await expect(readCard(await card(' '.repeat(2 ** 20 + 1)))).rejects.toMatchObject({
    message: expect.stringMatching(/is no dataset card/),
  });
  await expect(readCard(join(folder(), 'none.json'))).rejects.toMatchObject({
    message: expect.stringMatching(/does not exist/),
  });
});

test('files are found beside the card and nowhere else', async () => {
  const path = await card({});
  await mkdir(join(folder(), 'below', '..names'), { recursive: true });
  await writeFile(join(folder(), 'below', 'x'), '');
  expect(await placeBeside(path, 'below/x')).toBe(join(folder(), 'below', 'x'));
  expect(await placeBeside(path, 'below/../below/x')).toBe(join(folder(), 'below', 'x'));
  expect(await placeBeside(join(folder(), 'below', 'card.json'), '..names')).toBe(
    join(folder(), 'below', '..names'),
  );
  for (const outside of ['../x', 'below/../../x', join(folder(), 'below', 'x')]) {
    await expect(placeBeside(path, outside)).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringMatching(/outside of the card's folder/),
    });
  }
});
