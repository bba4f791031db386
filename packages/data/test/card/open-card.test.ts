import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seededRandom } from '@sentei/ir';
import { expect, test } from 'vitest';
import type { ModelInput } from '../../src/card/model-input.ts';
import { openCard } from '../../src/card/open-card.ts';
import type { Dataset } from '../../src/dataset/types.ts';
import { collect } from '../support/list-dataset.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ID, writeTokenizer } from '../support/tiny-tokenizer.ts';

const folder = temporaryFolder();
let count = 0;

/** Writes files into a new folder; objects as JSON, lists as JSON Lines. */
async function write(files: Record<string, unknown>): Promise<string> {
  const place = join(folder(), `${count++}`);
  await writeTokenizer(place);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(place, name)), { recursive: true });
    const text = Array.isArray(content)
      ? content.map((each) => `${JSON.stringify(each)}\n`).join('')
      : typeof content === 'string'
        ? content
        : JSON.stringify(content);
    await writeFile(join(place, name), text);
  }
  return join(place, 'card.json');
}

const token = (name: string): ModelInput => ({ name, type: 'int64', dims: ['batch', 'sequence'] });
const bert = ['input_ids', 'attention_mask', 'token_type_ids'].map(token);
const bertInputs = Object.fromEntries(bert.map(({ name }) => [name, name]));
const shares = { calibration: 0.25, selection: 0.25, heldout: 0.5 };
const sources = async (dataset: Dataset) => (await collect(dataset.read())).map(({ source }) => source);
const invalid = (message: RegExp) => ({ code: 'invalid-data', message: expect.stringMatching(message) });

test('a raw text file is a card of its bytes: quarter, quarter, half', async () => {
  const text = Buffer.from(Array.from({ length: 64 }, (_, index) => 32 + index));
  const path = join(dirname(await write({})), 'text.txt');
  await writeFile(path, text);
  const { splits, kind, batch } = await openCard(path, { model: [token('anything')], length: 4 });
  expect([kind, batch]).toEqual(['bytes', 1]);
  expect([splits.calibration.size, splits.selection.size, splits.heldout.size]).toEqual([4, 4, 8]);
  const [first] = await collect(splits.heldout.read());
  expect(first?.inputs[0]?.anything?.data).toEqual(BigInt64Array.of(64n, 65n, 66n, 67n));
  await writeFile(
    join(dirname(path), 'other.txt'),
    text.map((byte) => byte + 64),
  );
  const two = await openCard(path, {
    model: [token('anything')],
    length: 4,
    heldout: join(dirname(path), 'other.txt'),
  });
  expect([two.splits.calibration.size, two.splits.selection.size, two.splits.heldout.size]).toEqual([
    8, 8, 16,
  ]);
});

test('pairs of sentences are two sets of inputs with a label', async () => {
  const rows = Array.from({ length: 8 }, (_, index) => ({
    one: 'the cat sat',
    two: 'the dog'.padEnd(8 + index * 2, ' a'),
    score: index,
  }));
  const card = await write({
    'pairs.jsonl': rows,
    'card.json': {
      version: 1,
      name: 'pairs',
      source: { kind: 'jsonl', path: 'pairs.jsonl', text: ['one', 'two'] },
      tokenizer: { path: 'tokenizer.json' },
      inputs: bertInputs,
      label: { field: 'score', type: 'number' },
      metric: 'spearman',
      batch: { size: 4, padding: { input_ids: 0 } },
      splits: { shares },
    },
  });
  const { name, splits, metric, batch, dropped } = await openCard(card, { model: bert });
  expect({ name, metric, batch, dropped }).toEqual({
    name: 'pairs',
    metric: 'spearman',
    batch: 4,
    dropped: { calibration: 0, selection: 0, heldout: 0 },
  });
  const [example] = await collect(splits.selection.read());
  expect(example?.source).toBe('pairs.jsonl line 3');
  expect(example?.label).toBe(2);
  expect(example?.inputs.map((set) => [...(set.input_ids?.data ?? [])].map(Number))).toEqual([
    [ID['[CLS]'], ID.the, ID.cat, ID.sat, ID['[SEP]']],
    [ID['[CLS]'], ID.the, ID.dog, ID.a, ID.a, ID['[SEP]']],
  ]);
  expect(splits.heldout.padding).toEqual({
    values: { input_ids: 0, attention_mask: 0, token_type_ids: 0 },
    side: 'right',
  });
});

test('a source for each split, and parts of them', async () => {
  const line = (index: number) => ({ x: [index, index + 1], y: index % 2 === 0 ? 'even' : 'odd' });
  const card = await write({
    'train.jsonl': [0, 1, 2, 3].map(line),
    'test.jsonl': [4, 5].map(line),
    'card.json': {
      version: 1,
      source: { kind: 'jsonl' },
      inputs: { x: 'pixels' },
      label: { field: 'y', type: 'class', classes: ['even', 'odd'] },
      splits: {
        calibration: { path: 'train.jsonl', part: [0, 0.5] },
        selection: { path: 'train.jsonl', part: [0.5, 1] },
        heldout: { path: 'test.jsonl' },
      },
    },
  });
  const model: ModelInput[] = [{ name: 'pixels', type: 'float32', dims: ['n', 2] }];
  const { splits } = await openCard(card, { model });
  expect(await sources(splits.calibration)).toEqual(['train.jsonl line 1', 'train.jsonl line 2']);
  expect(await sources(splits.selection)).toEqual(['train.jsonl line 3', 'train.jsonl line 4']);
  const [, last] = await collect(splits.heldout.read());
  expect(last).toMatchObject({ label: 1, inputs: [{ pixels: { type: 'float32', dims: [2] } }] });
});

test('rows in two splits stop the run, or are dropped from the earlier one where the card says so', async () => {
  const card = (overlap: string) => ({
    version: 1,
    source: { kind: 'text' },
    tokenizer: { path: 'tokenizer.json' },
    inputs: { input_ids: 'ids' },
    splits: { calibration: { path: 'a.txt' }, selection: { path: 'b.txt' }, heldout: { path: 'c.txt' } },
    overlap,
  });
  const files = {
    'a.txt': 'the cat\nthe dog\na mat\n',
    'b.txt': 'the dog\nb\n',
    'c.txt': 'the cat\r\ncat\n',
  };
  const stopped = await write({ ...files, 'card.json': card('stop') });
  await expect(openCard(stopped)).rejects.toMatchObject(
    invalid(/1 row of calibration is in selection too: a\.txt line 2 = b\.txt line 1/),
  );
  const { splits, dropped } = await openCard(await write({ ...files, 'card.json': card('drop') }));
  expect(await sources(splits.calibration)).toEqual(['a.txt line 3']);
  expect(dropped).toEqual({ calibration: 2, selection: 0, heldout: 0 });
  const nothing = { ...files, 'a.txt': 'the cat\n' };
  await expect(openCard(await write({ ...nothing, 'card.json': card('drop') }))).rejects.toMatchObject(
    invalid(/empty set: no rows are left for calibration/),
  );
});

test('windows of tokens, divided by range without tokens in common', async () => {
  const random = seededRandom(1);
  const words = Array.from({ length: 40 }, () => ['cat', 'dog', 'sat', 'mat', 'on'][random.below(5)]);
  const card = await write({
    'text.txt': words.join(' '),
    'card.json': {
      version: 1,
      source: { kind: 'text', path: 'text.txt', rows: 'window', length: 8, stride: 4 },
      tokenizer: { path: 'tokenizer.json' },
      splits: { shares: { calibration: 0.34, selection: 0.33, heldout: 0.33 } },
    },
  });
  const { splits } = await openCard(card, { model: [token('ids')] });
  expect(await sources(splits.calibration)).toEqual(['text.txt tokens 0 to 8', 'text.txt tokens 4 to 12']);
  expect((await sources(splits.selection))[0]).toBe('text.txt tokens 12 to 20');
});

test('shares by hash keep a row where it is when others are added', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => ({ x: index }));
  const card = {
    version: 1,
    source: { kind: 'jsonl', path: 'x.jsonl' },
    inputs: { x: { name: 'x', type: 'float32' } },
    splits: { shares, by: 'hash', seed: 3 },
  };
  const { splits } = await openCard(await write({ 'x.jsonl': lines.slice(0, 50), 'card.json': card }));
  const { splits: more } = await openCard(await write({ 'x.jsonl': lines, 'card.json': card }));
  for (const split of ['calibration', 'selection', 'heldout'] as const) {
    const before = await sources(splits[split]);
    expect((await sources(more[split])).slice(0, before.length)).toEqual(before);
  }
  expect(splits.calibration.size + splits.selection.size + splits.heldout.size).toBe(50);
});

test('what a card gets wrong is named', async () => {
  const good = {
    version: 1,
    source: { kind: 'text', path: 'a.txt' },
    tokenizer: { path: 'tokenizer.json' },
    inputs: { input_ids: 'input_ids' },
  };
  const cases: [Record<string, unknown>, RegExp, (readonly ModelInput[])?][] = [
    [{ colour: 1 }, /Unrecognized key: "colour"/],
    [{ version: 2 }, /version: /],
    [{ source: { kind: 'text', rows: 'word' } }, /source\.rows: /],
    [{ splits: { shares: { ...shares, heldout: 0.6 } } }, /splits\.shares: shares are more than 1/],
    [{ splits: { shares, colour: 1 } }, /splits: Unrecognized key: "colour"/],
    [{ source: { kind: 'text', path: '../a.txt' } }, /outside of the card's folder/],
    [{ source: { kind: 'text', path: 'missing.txt' } }, /missing\.txt: does not exist/],
    [{ source: { kind: 'text' } }, /source\.path: say where the data is/],
    [{ tokenizer: undefined }, /has text but no tokenizer/],
    [{ label: { field: 'y', type: 'number' } }, /label: text has no labels/],
    [{ inputs: undefined }, /can be 'input_ids' .*'attention_mask'/, bert],
    [{}, /missing input: the model takes 'attention_mask'/, bert],
    [{ inputs: { input_ids: 'ids' } }, /the model has no input 'ids'/, bert],
    [
      {},
      /wrong dtype: input_ids becomes int64 or int32, input 'input_ids' takes float32/,
      [{ name: 'input_ids', type: 'float32', dims: [] }],
    ],
    [{ inputs: { pixels: 'x' } }, /inputs\.pixels: tokens have no such part/, bert],
    [{ batch: { padding: { pixels: 0 } } }, /batch\.padding\.pixels: the data has no such part/],
    [{ source: { kind: 'text', path: 'empty.txt' } }, /empty\.txt: is empty/],
    [{ source: { kind: 'text', path: 'one.txt' } }, /empty set: no rows are left for calibration/],
  ];
  for (const [change, message, model] of cases) {
    const files = { 'a.txt': 'a\nb\nthe\ncat\n', 'one.txt': 'a\n', 'empty.txt': '\n' };
    const card = await write({ ...files, 'card.json': { ...good, ...change } });
    await expect(openCard(card, { model }), JSON.stringify(change)).rejects.toMatchObject(invalid(message));
  }
});

test('a symbolic link does not lead out of the folder of a card', async () => {
  const card = await write({
    'card.json': { version: 1, source: { kind: 'bytes', path: 'link.txt' }, inputs: { input_ids: 'x' } },
  });
  await writeFile(join(folder(), 'outside.txt'), 'outside');
  await symlink(join(folder(), 'outside.txt'), join(dirname(card), 'link.txt'));
  await expect(openCard(card)).rejects.toMatchObject(invalid(/outside of the card's folder/));
});

test('what is no card and no text is refused', async () => {
  const card = await write({ 'card.json': 'not json' });
  await expect(openCard(card)).rejects.toMatchObject(invalid(/is not JSON/));
  await expect(openCard('x.npz')).rejects.toMatchObject(invalid(/is no text file/));
  await expect(openCard(card, { heldout: 'x' })).rejects.toMatchObject(invalid(/is given beside a card/));
});
