import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Graph, GraphBuilder, Model, Tensor, tensorType, Value } from '@sentei/ir';
import { startEngine } from '@sentei/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { isCard, prepareCard } from '../src/prepare-card.ts';
import { emptyFolder, savedModel } from './support/models.ts';

/** The scores of two classes are the two numbers that go in, the first times a factor. */
function classifier(factor = 1): Model {
  const x = new Value('x', tensorType('float32', ['batch', 2]));
  const graph = new Graph('classes', [x]);
  const builder = new GraphBuilder(graph);
  const y = builder.op('Mul', [x, builder.constant(Tensor.floats(Float32Array.of(factor, 1), [2]))]);
  y.type = tensorType('float32', ['batch', 2]);
  graph.setOutputs([y]);
  return new Model(graph, [['', 17]], 8);
}

/** Rows of which every other one belongs to the first class. */
async function savedCard(
  folder: string,
  rows: number,
  more: Readonly<Record<string, unknown>>,
): Promise<string> {
  const lines = Array.from({ length: rows }, (_, index) =>
    JSON.stringify({ x: index % 2 === 0 ? [2 + index, 1] : [1, 2 + index], class: index % 2 }),
  );
  await writeFile(join(folder, 'rows.jsonl'), lines.join('\n'));
  const path = join(folder, 'card.json');
  const source = { kind: 'jsonl', path: 'rows.jsonl' };
  await writeFile(path, JSON.stringify({ version: 1, source, inputs: { x: 'x' }, ...more }));
  return path;
}

const LABEL = { label: { field: 'class', type: 'class' } };

async function prepare(rows: number, more: Readonly<Record<string, unknown>>) {
  const folder = await emptyFolder();
  const engine = await startEngine({ threads: 1 });
  onTestFinished(() => engine.close());
  const session = await engine.load(await savedModel(folder, classifier()));
  return prepareCard(session, { card: await savedCard(folder, rows, more), folder, threads: 1 });
}

test('a card gives a judge with the metric that fits, and held-out data', async () => {
  const { judge, data, reason } = await prepare(40, LABEL);
  expect(reason).toBeUndefined();
  expect(judge?.metric).toEqual({ name: 'top-1 accuracy', lowerIsBetter: false });
  expect(await judge?.measure(classifier(), 'selection')).toBe(1);
  expect(await judge?.measure(classifier(0), 'selection')).toBe(0.5);
  expect(data).toMatchObject({ dataset: { size: 20 }, metric: { name: 'top-1 accuracy' }, batch: 1 });
});

test('a row that cannot be read stops the run', async () => {
  const preparing = prepare(40, { label: { field: 'nothing', type: 'class' } });
  await expect(preparing).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining('nothing'),
  });
});

test('a text that is to judge is refused beside a card', async () => {
  const folder = await emptyFolder();
  const engine = await startEngine({ threads: 1 });
  onTestFinished(() => engine.close());
  const session = await engine.load(await savedModel(folder, classifier()));
  const preparing = prepareCard(session, {
    card: await savedCard(folder, 40, LABEL),
    heldout: 'other.txt',
    folder,
    threads: 1,
  });
  await expect(preparing).rejects.toMatchObject({ code: 'invalid-data', subject: 'other.txt' });
});

test('a measurement looks at so many examples, spread over the split', async () => {
  const { judge, data } = await prepare(2400, LABEL);
  expect((await judge?.measureExamples?.(classifier(), 'heldout'))?.scores).toHaveLength(256);
  expect(data.dataset?.size).toBe(1200);
});

test('without labels nothing is judged, and outputs are compared all the same', async () => {
  const { judge, data, reason } = await prepare(40, {});
  expect(judge).toBeUndefined();
  expect(reason).toContain('no metric fits');
  expect(data.dataset?.size).toBe(20);
  await expect(prepare(40, { metric: 'top-1' })).rejects.toMatchObject({ code: 'invalid-data' });
});

test('a card is known by its name', () => {
  expect([isCard('data/sts.JSON'), isCard('text.txt'), isCard(undefined)]).toEqual([true, false, false]);
});
