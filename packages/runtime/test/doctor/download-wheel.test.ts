import { expect, test } from 'vitest';
import { downloadWheel, hasPip } from '../../src/doctor/download-wheel.ts';
import { emptyFolder, hostWith, writeProgram } from '../support/host.ts';

/** A computer whose pip does what the code says; `folder` is where it is to put the wheel. */
async function withPip(code: string) {
  const folder = await emptyFolder();
  const program = `
    const { writeFileSync } = require('node:fs');
    const { join } = require('node:path');
    const words = process.argv.slice(2);
    const folder = words[words.indexOf('--dest') + 1];
    if (words.includes('--version')) console.log('pip 25.0');
    else { ${code} }
  `;
  await writeProgram(folder, 'python3', program);
  return { host: hostWith(folder), folder: await emptyFolder() };
}

test('the wheel of the version is downloaded, and progress is told', async () => {
  const { host, folder } = await withPip(`
    console.log('  Downloading onnxruntime_gpu-1.30.0-cp312-x.whl (246.7 MB)');
    writeFileSync(join(process.env.TMPDIR, 'part'), 'x'.repeat(1000));
    setTimeout(() => writeFileSync(join(folder, 'onnxruntime_gpu-1.30.0-cp312-x.whl'), words.at(-1)), 700);
  `);
  const heard: (readonly [number, number | undefined])[] = [];
  const onProgress = (done: number, total: number | undefined) => void heard.push([done, total]);
  const wheel = await downloadWheel(host, { version: '1.30.0', folder, onProgress });
  expect(wheel).toMatch(/onnxruntime_gpu-1\.30\.0-cp312-x\.whl$/);
  expect(heard).toContainEqual([1000, 246.7e6]);
});

test.each([
  ['another version', "writeFileSync(join(folder, 'onnxruntime_gpu-1.29.0-x.whl'), '')"],
  ['nothing', ''],
])('a pip that brings %s is refused', async (_what, code) => {
  const { host, folder } = await withPip(code);
  await expect(downloadWheel(host, { version: '1.30.0', folder })).rejects.toMatchObject({
    code: 'install-failed',
  });
});

test('a pip that fails is quoted', async () => {
  const { host, folder } = await withPip(
    "console.error('ERROR: No matching distribution found for onnxruntime-gpu==1.30.0'); process.exit(1)",
  );
  await expect(downloadWheel(host, { version: '1.30.0', folder })).rejects.toMatchObject({
    code: 'install-failed',
    message: expect.stringContaining('No matching distribution found'),
  });
});

test('pip is there or not', async () => {
  expect(await hasPip((await withPip('')).host)).toBe(true);
  expect(await hasPip(hostWith(await emptyFolder()))).toBe(false);
});
