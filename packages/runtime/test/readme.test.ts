import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compareModels } from './support/compare-models.ts';
import { checkpointFile } from './support/model-file.ts';

test('the example in the README is the one that runs here', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = await readFile(new URL('./support/compare-models.ts', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
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
