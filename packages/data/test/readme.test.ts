import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCard } from '../src/card/open-card.ts';
import { cardSchema } from '../src/card/schema.ts';
import { lookAtData } from './support/look-at-data.ts';
import { npy, zip } from './support/npy.ts';
import { png } from './support/png.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { writeTokenizer } from './support/tiny-tokenizer.ts';

const folder = temporaryFolder();
const readme = () => readFile(new URL('../README.md', import.meta.url), 'utf8');

test('the example in the README is the one that runs here', async () => {
  const example = await readFile(new URL('./support/look-at-data.ts', import.meta.url), 'utf8');
  expect(await readme()).toContain(`\`\`\`ts\n${example}\`\`\``);
  const [plain, noisy, half] = await lookAtData(join(folder(), 'example'));
  expect(plain).toBeGreaterThan(0);
  expect(noisy).not.toBe(plain);
  expect(half).not.toBe(plain);
});

test('every card in the README can be opened, with files of the names that it says', async () => {
  const cards = [...(await readme()).matchAll(/```json\n(.*?)```/gs)].map(([, card]) => card ?? '');
  expect(cards.length).toBeGreaterThanOrEqual(6);
  for (const [index, card] of cards.entries()) {
    const place = join(folder(), `card-${index}`);
    await writeExampleFiles(place);
    await writeFile(join(place, 'card.json'), card);
    const { splits } = await openCard(join(place, 'card.json'));
    for await (const example of splits.heldout.read(0, 1)) expect(example.inputs.length).toBeGreaterThan(0);
  }
});

test('every field of a card is in the README', async () => {
  const text = await readme();
  for (const field of Object.keys(cardSchema.shape)) expect(text).toContain(`| \`${field}`);
});

async function writeExampleFiles(place: string): Promise<void> {
  await writeTokenizer(place);
  const words = ['cat', 'dog', 'mat', 'sat'];
  const line = (row: number) => `the ${words[row % 4]} ${words[(row >> 2) % 4]} ${words[(row >> 4) % 4]}`;
  const lines = (from: number, to: number, make: (row: number) => string) =>
    Array.from({ length: to - from }, (_, row) => `${make(from + row)}\n`).join('');
  const random = Uint8Array.from(
    { length: 20_000 },
    (_, index) => 32 + ((index * index * 31 + index * 7) % 89),
  );
  await writeFile(join(place, 'book.txt'), random);
  await writeFile(join(place, 'prose.txt'), lines(0, 64, line));
  const pair = (row: number) =>
    JSON.stringify({ sentence1: line(row), sentence2: line(63 - row), score: row });
  await writeFile(join(place, 'train.jsonl'), lines(0, 20, pair));
  await writeFile(join(place, 'dev.jsonl'), lines(20, 40, pair));
  await writeFile(join(place, 'test.jsonl'), lines(40, 60, pair));
  const mail = (row: number) => JSON.stringify({ text: line(row), kind: row % 2 === 0 ? 'ham' : 'spam' });
  await writeFile(join(place, 'mails.jsonl'), lines(0, 60, mail));
  const pixels = Uint8Array.from({ length: 20 * 4 }, (_, index) => index);
  const digits = BigInt64Array.from({ length: 20 }, (_, index) => BigInt(index % 10));
  const x = npy(pixels, { descr: '|u1', dims: [20, 2, 2] });
  await writeFile(
    join(place, 'digits.npz'),
    zip({ 'x.npy': x, 'y.npy': npy(digits, { descr: '<i8', dims: [20] }) }, true),
  );
  for (const [split, shift] of [
    ['train', 0],
    ['val', 80],
    ['test', 160],
  ] as const) {
    for (const [at, kind] of ['cat', 'dog'].entries()) {
      await mkdir(join(place, split, kind), { recursive: true });
      for (let row = 0; row < 4; row++) {
        const grey = Uint8Array.of(shift + row, at, 20, 30);
        await writeFile(join(place, split, kind, `${row}.png`), png(2, 2, grey));
      }
    }
  }
}
