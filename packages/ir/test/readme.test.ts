import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import * as ir from '../src/index.ts';

/** Runs the example of the README as it stands there, its imports handed in and its output sent to a folder of the test. */
test('the example of the README runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-ir-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const text = await readFile('packages/ir/README.md', 'utf8');
  const code = /```js\n(.*?)```/s.exec(text)?.[1] ?? '';
  const body = code.replace(/^import (\{.*\}) from '(?:@sentei\/)?(\w+)';$/gm, 'const $1 = modules.$2;');
  expect(body).not.toContain('import');
  const printed: unknown[] = [];
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;
  const run = new AsyncFunction('modules', 'console', body.replace("'out/", `'${folder}/`));
  await run({ ir, zod: { z } }, { log: (line: unknown) => printed.push(line) });
  expect(printed).toEqual([['batch', 'sequence', 256], ['name 44 nodes: applied']]);
  await access(join(folder, 'with-probabilities.onnx'));
});
