import {
  benchmarkPair,
  compareOutputs,
  measureBitsPerByte,
  startEngine,
  synthesizeInputs,
} from '@sentei/runtime';

export async function compareModels(original: string, candidate: string, text: Uint8Array) {
  const engine = await startEngine({ threads: 2, timeoutMs: 60_000 });
  try {
    const before = await engine.load(original);
    const after = await engine.load(candidate);
    const feeds = synthesizeInputs(before.inputs, { seed: 7, length: 128 });
    const difference = compareOutputs(await before.run(feeds), await after.run(feeds));
    const windows = { windowLength: 256, windows: 2 };
    const bitsBefore = await measureBitsPerByte(before, text, windows);
    const bitsAfter = await measureBitsPerByte(after, text, windows);
    await engine.close(); // the models leave memory before the clock starts
    const points = [{ label: '128 tokens', feeds }];
    const speed = await benchmarkPair({ original, candidate, points, threads: 2, budgetMs: 500 });
    return { difference, bits: bitsAfter.bitsPerByte - bitsBefore.bitsPerByte, speed };
  } finally {
    await engine.close();
  }
}
