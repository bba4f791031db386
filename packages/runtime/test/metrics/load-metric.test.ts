import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadMetric } from '../../src/metrics/load-metric.ts';
import { example } from '../support/list-dataset.ts';

async function moduleFile(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-metric-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'my-metric.mjs');
  await writeFile(path, source);
  return path;
}

const metricSource = (fields = '') =>
  `{ name: 'mine', lowerIsBetter: false, score: ({ label }) => label, reduce: (scores) => scores.length, ${fields} }`;

test.each(['export default', 'export const metric ='])('a module gives its metric with %s', async (how) => {
  const metric = await loadMetric(await moduleFile(`${how} ${metricSource("outputs: ['y']")}`));
  expect(metric).toMatchObject({ name: 'mine', lowerIsBetter: false, outputs: ['y'] });
  expect(metric.score(example({}, 7), [])).toBe(7);
  expect(metric.reduce([1, 2])).toBe(2);
});

test.each([
  ['export default 3', /exports no metric/],
  [`export default ${metricSource('outputs: 3')}`, /exports no metric/],
  ['export default {', /cannot be imported/],
  ['throw new Error("no")', /cannot be imported: no/],
])('a module that has none is named', async (source, message) => {
  const path = await moduleFile(source);
  const loading = loadMetric(path);
  await expect(loading).rejects.toMatchObject({ code: 'invalid-plugin', subject: path });
  await expect(loading).rejects.toThrow(message);
});

test('what its functions throw names it', async () => {
  const path = await moduleFile(
    `export default ${metricSource("score: () => { throw new Error('odd'); }, reduce: () => 'much'")}`,
  );
  const metric = await loadMetric(path);
  const invalid = expect.objectContaining({ code: 'invalid-plugin', subject: path });
  expect(() => metric.score(example({}), [])).toThrow(invalid);
  expect(() => metric.score(example({}), [])).toThrow(/score of metric 'mine' fails: odd/);
  expect(() => metric.reduce([])).toThrow(invalid);
});
