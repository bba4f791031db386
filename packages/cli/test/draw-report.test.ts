import { link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseReport } from '@sentei/report';
import { expect, test } from 'vitest';
import { benchmarkFigure, benchmarkRecord, modelFigures } from '../../report/test/support/benchmark.ts';
import { drawReport } from '../src/draw-report.ts';
import { prune } from '../src/index.ts';
import { emptyFolder, listing, savedModel } from './support/models.ts';

async function pruned() {
  const folder = await emptyFolder();
  const out = join(folder, 'out');
  await prune({ model: await savedModel(folder), out, pipeline: 'cleanup', validation: 'none' });
  return { folder, out, report: join(out, 'report.json'), page: join(out, 'report.html') };
}

test('drawn again from the report, the page is that which prune wrote', async () => {
  const { folder, report, page } = await pruned();
  const written = await readFile(page, 'utf8');
  const again = join(folder, 'again.html');
  expect(await drawReport({ report, out: again })).toEqual({
    path: again,
    bytes: Buffer.byteLength(written),
  });
  expect(await readFile(again, 'utf8')).toBe(written);
});

test('prices and measurements of other commands go into the page, which lies beside the report', async () => {
  const { folder, report, page } = await pruned();
  const benchmark = join(folder, 'benchmark.json');
  const figures = [benchmarkFigure({ label: 'length 8', original: modelFigures(3.6) })];
  const { source, result } = parseReport(await readFile(report, 'utf8'), report);
  const record = benchmarkRecord({ figures, files: { original: source, candidate: result } });
  await writeFile(benchmark, JSON.stringify(record));
  const drawn = await drawReport({ report, benchmark, pricePerHour: 2.5, currency: '$' });
  expect(drawn.path).toBe(page);
  const text = await readFile(page, 'utf8');
  expect(text).toContain('length 8 (cpu, 2 threads, graph optimization all)');
  expect(text).toContain('$2.50');
});

test('files that are no report are refused, and nothing is written', async () => {
  const folder = await emptyFolder();
  const broken = join(folder, 'broken.json');
  await writeFile(broken, '{}');
  for (const report of [broken, folder, join(folder, 'none.json')]) {
    await expect(drawReport({ report, out: join(folder, 'page.html') })).rejects.toMatchObject({
      code: 'invalid-data',
      subject: report,
    });
  }
  expect(await listing(folder)).toEqual(['broken.json']);
});

test('a page does not take the place of what it is drawn from, nor that of a folder', async () => {
  const { folder, report } = await pruned();
  const other = join(folder, 'other.json');
  await link(report, other);
  await mkdir(join(folder, 'folder'));
  for (const out of [report, other, join(folder, 'folder')]) {
    await expect(drawReport({ report, out })).rejects.toMatchObject({ code: 'output-unwritable' });
  }
});
