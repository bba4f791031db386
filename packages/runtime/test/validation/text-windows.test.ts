import { expect, test } from 'vitest';
import { textWindows } from '../../src/validation/text-windows.ts';

test('windows follow each other, and what is left at the end is not read', async () => {
  const windows = textWindows(Uint8Array.of(1, 2, 3, 4, 5), 'bytes', 2);
  expect(windows.size).toBe(2);
  const read = [];
  for await (const example of windows.read()) read.push(example);
  expect(read).toMatchObject([
    {
      source: 'held-out text bytes 0 to 2',
      inputs: [{ bytes: { dims: [2], data: BigInt64Array.of(1n, 2n) } }],
    },
    { source: 'held-out text bytes 2 to 4', inputs: [{ bytes: { data: BigInt64Array.of(3n, 4n) } }] },
  ]);
  const second = [];
  for await (const example of windows.read(1, 9)) second.push(example);
  expect(second).toEqual(read.slice(1));
});

test('an aborted signal ends reading', async () => {
  const reading = textWindows(new Uint8Array(4), 'bytes', 2).read(0, 2, AbortSignal.abort());
  await expect(reading[Symbol.asyncIterator]().next()).rejects.toThrow();
});
