import { expect, onTestFinished, test } from 'vitest';
import { type Decoder, openDecoder } from '../../src/generation/decoder.ts';
import { type GenerateOptions, type GenerationSummary, generate } from '../../src/generation/generate.ts';
import { startEngine } from '../../src/process/engine.ts';
import { countingDecoder } from '../support/counting-decoder.ts';
import { modelFile } from '../support/model-file.ts';

async function open(): Promise<Decoder> {
  const engine = await startEngine({ threads: 1 });
  onTestFinished(() => engine.close());
  return openDecoder(engine, await modelFile(countingDecoder()));
}

async function collect(decoder: Decoder, options: GenerateOptions) {
  const tokens: number[] = [];
  const steps = generate(decoder, options);
  let summary: GenerationSummary | undefined;
  while (summary === undefined) {
    const step = await steps.next();
    if (step.done) summary = step.value;
    else tokens.push(step.value.token);
  }
  return { tokens, summary };
}

test.each([1, 2, 512])('a prompt read in chunks of %d goes on with the likeliest tokens', async (chunk) => {
  const { tokens, summary } = await collect(await open(), { prompt: [1, 2, 3], maxTokens: 4, chunk });
  // Each token is the sum of all before it.
  expect(tokens).toEqual([6, 12, 24, 48]);
  expect(summary).toMatchObject({
    promptTokens: 3,
    tokens: 4,
    position: 6,
    stateBytes: 48,
    stateBytesPerToken: 8,
  });
  expect(summary.milliseconds?.count).toBe(3);
});

test('the same seed gives the same tokens, and another one others', async () => {
  const decoder = await open();
  const of = async (seed: number) =>
    (await collect(decoder, { prompt: [9], maxTokens: 12, temperature: 2, topK: 40, seed })).tokens;
  const first = await of(1);
  expect(await of(1)).toEqual(first);
  expect(await of(2)).not.toEqual(first);
});

test('a signal ends it between tokens', async () => {
  const controller = new AbortController();
  const steps = generate(await open(), { prompt: [1], maxTokens: 9, signal: controller.signal });
  await steps.next();
  controller.abort();
  await expect(steps.next()).rejects.toMatchObject({ code: 'cancelled' });
});

test.each([
  [{ prompt: [] }, 'invalid-data'],
  [{ prompt: [1], maxTokens: 0 }, 'invalid-option'],
  [{ prompt: [1], temperature: -1 }, 'invalid-option'],
] as const)('%j is refused', async (options, code) => {
  await expect(collect(await open(), options)).rejects.toMatchObject({ code });
});
