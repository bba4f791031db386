import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { printReport } from '../src/index.ts';
import { benchmarkRecord } from './support/benchmark.ts';
import { drawAgain } from './support/draw-again.ts';
import { fullReport } from './support/page.ts';

test('the example in the README is the one that runs here', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = await readFile(new URL('./support/draw-again.ts', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
});

test('it draws a page with prices, and with a benchmark once there is one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-report-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'report.json'), printReport(fullReport()));
  expect(await drawAgain(folder, 3.6)).toContain('held-out loss +0.50 %');
  const page = () => readFile(join(folder, 'report.html'), 'utf8');
  expect(await page()).toContain('$20.00');
  const { source, result } = fullReport();
  const benchmark = benchmarkRecord({ files: { original: source, candidate: result } });
  await writeFile(join(folder, 'benchmark.json'), JSON.stringify(benchmark));
  await drawAgain(folder, 3.6);
  expect(await page()).toContain('graph optimization all');
});
