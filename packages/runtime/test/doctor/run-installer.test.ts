import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runInstaller } from '../../src/doctor/run-installer.ts';
import { emptyFolder, writeProgram } from '../support/host.ts';
import { isGoneSoon } from '../support/processes.ts';

async function installer(code: string) {
  const folder = await emptyFolder();
  await writeProgram(folder, 'installer', code);
  return {
    program: 'installer',
    words: ['a', 'b', 'c', 'd'],
    folder,
    variables: { PATH: folder, WORD: 'x' },
  };
}

test('it runs in the folder, with its words and variables, and is heard', async () => {
  const run = await installer('console.log(process.argv[5], process.env.WORD, process.cwd())');
  let text = '';
  const onText = (piece: string) => {
    text += piece;
  };
  await runInstaller({ ...run, onText });
  expect(text).toMatch(/^d x .*sentei-doctor-/);
});

test('a failure has the last words', async () => {
  const run = await installer('console.error("one\\ntwo"); process.exit(4)');
  await expect(runInstaller(run)).rejects.toMatchObject({
    code: 'install-failed',
    message: 'installer a b c ended with 4, saying: one two',
  });
});

test('a program that is not there cannot be started', async () => {
  const run = { ...(await installer('')), program: 'none' };
  await expect(runInstaller(run)).rejects.toMatchObject({
    code: 'install-failed',
    message: expect.stringContaining('cannot be started'),
  });
});

test('an abort ends it and what it started, even if it does not want to', async () => {
  const code = `
    const { spawn } = require('node:child_process');
    const { writeFileSync } = require('node:fs');
    process.on('SIGTERM', () => {});
    const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)']);
    writeFileSync('ids', process.pid + ' ' + child.pid);
    console.log('started');
    setInterval(() => {}, 1000);
  `;
  const run = await installer(code);
  const controller = new AbortController();
  const running = runInstaller({ ...run, signal: controller.signal, onText: () => controller.abort() });
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  const ids = (await readFile(join(run.folder, 'ids'), 'utf8')).split(' ').map(Number);
  for (const id of ids) expect(await isGoneSoon(id)).toBe(true);
});

test('nothing is started after an abort', async () => {
  const run = await installer('');
  await expect(runInstaller({ ...run, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'cancelled',
  });
});
