import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prune } from '../../src/index.ts';
import { emptyFolder, savedModel } from '../support/models.ts';
import { sentei } from '../support/streams.ts';

test('the page is drawn and named', async () => {
  const folder = await emptyFolder();
  const out = join(folder, 'out');
  await prune({ model: await savedModel(folder), out, pipeline: 'cleanup', validation: 'none' });
  const [report, page] = [join(out, 'report.json'), join(folder, 'page.html')];
  const prices = ['--price-per-hour', '2.5', '--inferences-per-day', '1000', '--currency', '$'];
  const { code, stdout, stderr } = await sentei(['report', report, '--out', page, ...prices]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/page\.html \(\d+\.\d KB\)\n$/);
  expect(await readFile(page, 'utf8')).toContain('<!doctype html>');
});

test('with --json the file and its size are the result', async () => {
  const folder = await emptyFolder();
  const out = join(folder, 'out');
  await prune({ model: await savedModel(folder), out, pipeline: 'cleanup', validation: 'none' });
  const { stdout } = await sentei(['report', join(out, 'report.json'), '--json']);
  expect(JSON.parse(stdout)).toEqual({ path: join(out, 'report.html'), bytes: expect.any(Number) });
});

test('prices are amounts, and reports are reports', async () => {
  const wrong = await sentei(['report', 'report.json', '--price-per-hour', 'much']);
  expect(wrong.code).toBe(2);
  const missing = await sentei(['report', join(await emptyFolder(), 'report.json')]);
  expect(missing.code).toBe(5);
  expect(missing.stderr).toContain('does not exist');
});
