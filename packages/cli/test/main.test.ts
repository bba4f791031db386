import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { emptyFolder, listing, savedModel } from './support/models.ts';

const BIN = fileURLToPath(new URL('../bin/sentei.js', import.meta.url));

test('the command runs from its built files', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [BIN, '--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  const running = promisify(execFile)(process.execPath, [BIN, 'inspect', 'none.onnx']);
  await expect(running).rejects.toMatchObject({
    code: 3,
    stderr: 'sentei: none.onnx does not exist\nhint: check the path\n',
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s interrupts a run and leaves nothing behind', async (signal) => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  const child = spawn(process.execPath, [BIN, 'prune', model, '--out', join(folder, 'out')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (text.includes('comparing')) child.kill(signal);
  });
  const [code] = await once(child, 'close');
  expect([code, await listing(folder)]).toEqual([130, ['tiny.onnx']]);
  expect(said.endsWith('sentei: interrupted\nhint: nothing was written\n')).toBe(true);
});

test('an interruption gets through to a pass that computes for long, at its next checkpoint', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  const place = join(folder, 'node_modules', 'slow-passes');
  await mkdir(place, { recursive: true });
  await writeFile(
    join(place, 'package.json'),
    '{ "name": "slow-passes", "type": "module", "exports": "./main.js" }',
  );
  const code = `
    async function* propose(_model, context) {
      context.logger.info('computing');
      for (;;) {
        const start = performance.now();
        while (performance.now() - start < 5);
        await context.checkpoint();
      }
    }
    const about = { id: 'slow', description: 'never comes to an end' };
    export const slow = Object.assign(() => ({ ...about, guarantee: 'exact', options: {}, propose }), {
      ...about,
      schema: { shape: {} },
    });
  `;
  await writeFile(join(place, 'main.js'), code);
  const args = [
    'prune',
    model,
    '--out',
    join(folder, 'out'),
    '--pipeline',
    'slow-passes:slow',
    '--reproducer',
    'repro',
  ];
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('computing')) child.kill('SIGINT');
  });
  const [exit] = await once(child, 'close');
  const left = (await listing(folder)).filter((path) => !path.startsWith('node_modules'));
  expect([exit, left]).toEqual([130, ['tiny.onnx']]);
});

test('a reader that has seen enough is no error', async () => {
  const model = await savedModel(await emptyFolder());
  for (const args of [
    ['print', model],
    ['inspect', model, '--json'],
  ]) {
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect([code, said]).toEqual([0, '']);
  }
});
