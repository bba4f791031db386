import { readFile } from 'node:fs/promises';
import * as ir from '@sentei/ir';
import { expect, test } from 'vitest';
import * as collapse from '../src/index.ts';

/** Runs the example of the README as it stands there; its imports and what it prints are handed in. */
test('the example of the README runs and prints what it says', async () => {
  const text = await readFile('packages/pass-collapse/README.md', 'utf8');
  const code = /```js\n(.*?)```/s.exec(text)?.[1] ?? '';
  const expected = /```text\n(.*?)```/s.exec(text)?.[1] ?? '';
  const lines: string[] = [];
  const body = code.replace(/^import (\{[^}]*\}) from '@sentei\/([\w-]+)';$/gm, "const $1 = modules['$2'];");
  expect(body).not.toContain('import');
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;
  const print = { log: (...parts: unknown[]) => lines.push(parts.join(' ')) };
  await new AsyncFunction('modules', 'console', body)({ 'pass-collapse': collapse, ir }, print);
  expect(`${lines.join('\n')}\n`).toBe(expected);
});
