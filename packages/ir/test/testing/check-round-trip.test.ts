import { expect, test } from 'vitest';
import { readModelBytes, writeModelBytes } from '../../src/index.ts';
import { BrokenLaw, checkRoundTrip } from '../../src/testing/index.ts';

test('the codec gives back every byte of files that use all of the format', async () => {
  await checkRoundTrip({ runs: 300 });
});

test('a codec that drops metadata is found', async () => {
  const through = (bytes: Uint8Array) => {
    const model = readModelBytes(bytes);
    model.metadataProps.clear();
    return writeModelBytes(model);
  };
  const failure = await checkRoundTrip({ through, seed: 1 }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect((failure as Error).cause).toBeInstanceOf(BrokenLaw);
});
