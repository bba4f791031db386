import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDecoder, startEngine } from '@sentei/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { makeDecoder } from '../../src/decoding/make-decoder.ts';
import { emptyFolder } from '../support/models.ts';
import { recorder } from '../support/streams.ts';

const CHECKPOINT = 'checkpoints/fox-pro-6l/model.onnx';
const WINDOW = 1024;

/** Bits of the byte that follows each row of logits. */
function bitsOf(logits: ArrayLike<number>, following: Uint8Array): number {
  let nats = 0;
  for (const [row, byte] of following.entries()) {
    const scores = Array.from({ length: 256 }, (_, index) => logits[256 * row + index] ?? Number.NaN);
    const largest = Math.max(...scores);
    const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
    nats += largest + Math.log(total) - (scores[byte] ?? Number.NaN);
  }
  return nats / Math.LN2;
}

test.each([
  { evict: false, returns: 'whole', cache: 'float32', within: 1e-4 },
  { evict: true, returns: 'rows', cache: 'float32', within: 1e-4 },
  { evict: true, returns: 'rows', cache: 'float16', within: 3e-3 },
] as const)('the checkpoint decoded with %o predicts as well as whole', async ({ within, ...flags }) => {
  const out = join(await emptyFolder(), 'decoder.onnx');
  await makeDecoder({ model: CHECKPOINT, out, ...flags, listener: recorder() });
  const text = (await readFile('checkpoints/fox-pro-6l/heldout.txt')).subarray(0, WINDOW);
  const engine = await startEngine({ threads: 2 });
  onTestFinished(() => engine.close());
  const whole = await (await engine.load(CHECKPOINT)).score(text);
  const decoder = await openDecoder(engine, out);
  let bits = 0;
  let stateBytes = 0;
  for (const [from, to] of [
    [0, 400],
    [400, 401],
    [401, 402],
    [402, 900],
    [900, WINDOW - 1],
  ] as const) {
    const step = await decoder.step(text.subarray(from, to));
    bits += bitsOf(step.logits, text.subarray(from + 1, to + 1));
    stateBytes = step.stateBytes;
  }
  expect(Math.abs(bits / (WINDOW - 1) - whole)).toBeLessThan(within);
  // A key and a value of 64 channels with a number for the gate, in 24 heads, and the last rows of 12 shifts of 256 channels.
  const kept = 24 * (WINDOW - 1) * 4 * (64 + 64 + 1) + 12 * 256 * 4;
  if (flags.evict) expect(stateBytes).toBeLessThan(0.8 * kept);
  else expect(stateBytes).toBe(kept);
});
