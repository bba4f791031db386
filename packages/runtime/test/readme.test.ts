import { readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compareModels } from './support/compare-models.ts';
import { compareQuality } from './support/compare-quality.ts';
import { compareSpeed } from './support/compare-speed.ts';
import { gatherStatistics } from './support/gather-statistics.ts';
import { checkpointFile, modelFile } from './support/model-file.ts';

test.each(['compare-models', 'compare-quality', 'compare-speed', 'gather-statistics'])(
  'the example %s in the README is the one that runs here',
  async (name) => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const example = await readFile(new URL(`./support/${name}.ts`, import.meta.url), 'utf8');
    expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  },
);

test('a model loses nothing to itself, on clean or noisy data', async () => {
  const model = checkpointFile('model.onnx');
  const { clean, shifted, isFragile } = await compareQuality(model, model, checkpointFile('heldout.txt'));
  expect(clean).toMatchObject({ metric: 'bits per byte', examples: 8, difference: 0, lower: 0, upper: 0 });
  expect(shifted.original).toBeGreaterThan(clean.original);
  expect(isFragile).toBe(false);
});

test('a model has a verdict beside itself', async () => {
  const model = checkpointFile('model.onnx');
  const { verdicts } = await compareSpeed(model, model);
  const possible = expect.stringMatching(/^(faster|slower|no difference)$/);
  expect(verdicts).toEqual([possible]);
});

test('a model compared with itself is the same model', async () => {
  const model = checkpointFile('model.onnx');
  const { difference, bits, speed } = await compareModels(
    model,
    model,
    await readFile(checkpointFile('heldout.txt')),
  );
  expect(Object.values(difference)).toEqual([
    expect.objectContaining({ maximumAbsoluteError: 0, top1Agreement: 1 }),
  ]);
  expect(bits).toBe(0);
  expect(speed.points.map(({ label }) => label)).toEqual(['128 tokens']);
});

test('values of a model have statistics over a text', async () => {
  const text = await modelFile((await readFile(checkpointFile('heldout.txt'))).subarray(0, 16_384));
  const place = join(dirname(text), 'some.txt');
  await rename(text, place);
  const cache = join(dirname(text), 'cache');
  const gather = () => gatherStatistics(checkpointFile('model.onnx'), place, ['embedding'], cache);
  const first = await gather();
  expect(first).toMatchObject({ examples: 8, values: [{ value: 'embedding', shape: [256, 256] }] });
  expect(first.values[0]?.mean).toHaveLength(256);
  expect(await gather()).toEqual(first);
});
