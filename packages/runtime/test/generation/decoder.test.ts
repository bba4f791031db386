import { carriedStates, readModelBytes, setCarriedStates, writeModelBytes } from '@sentei/ir';
import { expect, onTestFinished, test } from 'vitest';
import { openDecoder } from '../../src/generation/decoder.ts';
import { placeOfLargest } from '../../src/metrics/to-numbers.ts';
import { startEngine } from '../../src/process/engine.ts';
import { type CountingOptions, countingDecoder } from '../support/counting-decoder.ts';
import { modelFile } from '../support/model-file.ts';
import { doublingModel } from '../support/tiny-model.ts';

async function open(bytes: Uint8Array) {
  const engine = await startEngine({ threads: 1 });
  onTestFinished(() => engine.close());
  return openDecoder(engine, await modelFile(bytes));
}

function favoured(logits: ArrayLike<number>): number[] {
  return Array.from({ length: logits.length / 256 }, (_, row) => placeOfLargest(logits, 256 * row, 256));
}

test.each(['whole', 'rows'] satisfies CountingOptions['returns'][])(
  'the state of a decoder that returns %s goes from step to step',
  async (returns) => {
    const decoder = await open(countingDecoder({ returns }));
    expect(decoder.vocabulary).toBe(256);
    const first = await decoder.step([1, 2]);
    expect(favoured(first.logits)).toEqual([1, 3]);
    expect(first).toMatchObject({ stateBytes: 16, milliseconds: expect.any(Number) });
    const second = await decoder.step([10, 20, 30], { scores: false });
    expect(second).toMatchObject({ logits: [], stateBytes: 40 });
    expect(favoured((await decoder.step([100])).logits)).toEqual([163]);
    expect(decoder.position).toBe(6);
    // What is dropped at the start is the first byte, 1.
    expect(favoured((await decoder.step([0])).logits)).toEqual([returns === 'whole' ? 163 : 162]);
    decoder.reset();
    expect(favoured((await decoder.step([7])).logits)).toEqual([7]);
  },
);

test('wrong tokens are refused, and the state stays', async () => {
  const decoder = await open(countingDecoder());
  await decoder.step([5]);
  for (const tokens of [[], [256], [-1], [0.5]])
    await expect(decoder.step(tokens)).rejects.toMatchObject({ code: 'invalid-data' });
  expect(favoured((await decoder.step([6])).logits)).toEqual([11]);
});

test('a model without a state is no decoder', async () => {
  await expect(open(doublingModel())).rejects.toMatchObject({
    code: 'unsupported-model',
    message: expect.stringContaining('keeps no state'),
  });
});

test('states that start too large are refused before they are made', async () => {
  const model = readModelBytes(countingDecoder());
  const enormous = (start: readonly (number | string)[]) => start.map(() => Number.MAX_SAFE_INTEGER);
  setCarriedStates(
    model,
    carriedStates(model).map((state) => ({ ...state, start: enormous(state.start) })),
  );
  await expect(open(writeModelBytes(model))).rejects.toMatchObject({
    code: 'unsupported-model',
    message: expect.stringContaining('too large'),
  });
});
