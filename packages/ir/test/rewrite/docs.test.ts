import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as ir from '../../src/index.ts';
import { modelOf, textOf } from './support.ts';

test('the examples of the documentation run', async () => {
  const text = await readFile('docs/rewriting.md', 'utf8');
  const blocks = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code);
  expect(blocks).toHaveLength(3);
  const { model, graph } = modelOf(
    ['x', 'y'],
    (b, x = null as never, y = null as never) => [
      b.op('Mul', [b.op('Sigmoid', [x]), x]),
      b.op('Mul', [b.op('Sigmoid', [x]), y]),
    ],
    24,
  );
  const printed: string[] = [];
  const names = ['model', 'console', ...Object.keys(ir)];
  const values = [model, { log: (line: string) => printed.push(line) }, ...Object.values(ir)];
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;
  const made = await new AsyncFunction(
    ...names,
    `${blocks.join('\n')}\nreturn [applied.length, fusions.id];`,
  )(...values);
  expect(made).toEqual([1, 'fuse-activations']);
  expect(textOf(graph)).toContain('out0 = Swish(x)');
  expect(printed).toHaveLength(1);
});
