import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compareModels } from './support/compare-models.ts';
import { compareQuality } from './support/compare-quality.ts';
import { compareSpeed } from './support/compare-speed.ts';
import { checkpointFile } from './support/model-file.ts';

test.each(['compare-models', 'compare-quality', 'compare-speed'])(
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
