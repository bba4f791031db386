import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { modelFile } from '../support/model-file.ts';
import { isAlive, isGoneSoon } from '../support/processes.ts';
import { loopModel } from '../support/tiny-model.ts';

test('a worker in the middle of a run ends when its parent is killed', async () => {
  const path = await modelFile(loopModel());
  const program = `
    const { startEngine } = await import('@sentei/runtime');
    const session = await (await startEngine({ threads: 1 })).load(${JSON.stringify(path)});
    const steps = { type: 'int64', dims: [], data: BigInt64Array.of(10n ** 12n) };
    const running = session.run({ steps, start: { type: 'float32', dims: [], data: Float32Array.of(1) } });
    setTimeout(() => process.stdout.write(String(session.processId)), 300);
    await running;
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [printed] = await once(parent.stdout, 'data');
  const worker = Number(String(printed));
  expect(isAlive(worker)).toBe(true);
  parent.kill('SIGKILL');
  expect(await isGoneSoon(worker)).toBe(true);
});
